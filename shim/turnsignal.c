/* SPDX-License-Identifier: MIT */
/*
 * A signal that a thread sends to another one, in turns: the handler has run, or
 * waits for something itself, before the sender goes on. The kernel alone would
 * run both at once, or one after the other, as it likes.
 */
#include <errno.h>
#include <linux/futex.h>

#include "procstate.h"
#include "sys.h"
#include "turnpart.h"
#include "banned.h"

#define MS 1000000u
#define GLANCE 50000 /* ns */

static void wait_while(bool (*so)(const struct thread *t),
		       const struct thread *t)
{
	static const struct timespec glance = { 0, GLANCE };
	uint64_t limit = sys_now(CLOCK_MONOTONIC) + TURN_SIGNAL_MS * MS;

	while (so(t) && sys_now(CLOCK_MONOTONIC) < limit)
		sys2(SYS_nanosleep, &glance, NULL);
}

static bool expects_signal(const struct thread *t)
{
	return __atomic_load_n(&t->seat.state, __ATOMIC_ACQUIRE) ==
		       SEAT_OUTSIDE &&
	       t->seat.patience == TURN_SIGNAL_MS;
}

static bool can_be_told(const struct thread *t)
{
	return t != thread_me &&
	       (t->seat.state == SEAT_READY || t->seat.state == SEAT_BLOCKED ||
		t->seat.state == SEAT_OUTER || expects_signal(t));
}

static struct thread *find(int tid)
{
	for (struct thread *t = thread_first(); t; t = t->next)
		if (t->tid == tid && can_be_told(t))
			return t;
	return NULL;
}

/* Whoever has given the turn away may still be on its way to sleep, where no
 * handler would interrupt what it waits in. */
static bool on_its_way(const struct thread *t)
{
	return !thread_sleeping(t->tid);
}

struct thread *turn_signal_to(int tid, int sig)
{
	struct thread *self = thread_me, *t;
	int quiet = GO_WAIT;

	if (!self || turn.holder != self || self->busy || !(t = find(tid)))
		return NULL;
	if (expects_signal(t))
		return t;
	if (!thread_handles(tid, sig))
		return NULL;
	wait_while(on_its_way, t);
	return __atomic_compare_exchange_n(&t->seat.go, &quiet, GO_ANSWER,
					   false, __ATOMIC_ACQ_REL,
					   __ATOMIC_ACQUIRE) ? t : NULL;
}

void turn_signalled(struct thread *t, bool sent)
{
	static const struct timespec limit = { 0, TURN_SIGNAL_MS * MS };
	int asked = GO_ANSWER, *go = &t->seat.go;

	if (expects_signal(t)) {
		if (sent)
			wait_while(expects_signal, t);
		return;
	}
	while (sent && turn_futex(go, FUTEX_WAIT_PRIVATE, GO_ANSWER, &limit) ==
			       -EINTR)
		;
	__atomic_compare_exchange_n(go, &asked, GO_WAIT, false,
				    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

void turn_answer(struct thread *self)
{
	int asked = GO_ANSWER;

	if (__atomic_compare_exchange_n(&self->seat.go, &asked, GO_WAIT, false,
					__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		turn_futex(&self->seat.go, FUTEX_WAKE_PRIVATE, 1, NULL);
}
