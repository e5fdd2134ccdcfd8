/* SPDX-License-Identifier: MIT */
#include "fire.h"

const struct facts facts = { .calls = 1, .output = "0\n1\n1\n" };

void victim(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
				  .sigev_signo = SIGALRM };
	struct itimerspec its = { 0 };
	int64_t began = real_ns();
	timer_t timer;

	signal(SIGALRM, fire);
	timer_create(CLOCK_MONOTONIC, &event, &timer);
	its.it_value = wait_until(CLOCK_MONOTONIC);
	emit((uint64_t)timer_settime(timer, TIMER_ABSTIME, &its, NULL));
	while (!fired)
		sched_yield();
	emit(real_ns() - began >= WAIT_NS);
	/* Else a loop that arms it until the time has come never ends. */
	emit(logical_ns(CLOCK_MONOTONIC) >=
	     its.it_value.tv_sec * SECOND + its.it_value.tv_nsec);
}
