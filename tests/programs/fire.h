/* SPDX-License-Identifier: MIT */
#ifndef SAMEBITS_TEST_FIRE_H
#define SAMEBITS_TEST_FIRE_H

#include "victim.h"

/* A timer's signal came. */
static volatile sig_atomic_t fired;

static inline void fire(int sig)
{
	fired = sig;
}

/* Blocks the signal, so that it comes when it is waited for; *without is the
 * mask that lets it through. */
static inline sigset_t fire_block(sigset_t *without)
{
	sigset_t set;

	signal(SIGALRM, fire);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &set, without);
	sigdelset(without, SIGALRM);
	return set;
}

/* A timer whose signal goes to the calling thread. */
static inline timer_t fire_timer(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID,
				  .sigev_signo = SIGALRM };
	timer_t timer = NULL;

	event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
	timer_create(CLOCK_MONOTONIC, &event, &timer);
	return timer;
}

/* To come after 10 ms, and again: no wait for it is for ever. */
static inline void fire_soon(void)
{
	struct itimerspec its = { { 5, 0 }, { 0, WAIT_NS } };

	timer_settime(fire_timer(), 0, &its, NULL);
}

#endif
