/* SPDX-License-Identifier: MIT */
#include "fire.h"

const struct facts facts = { .calls = 1, .output = "0\n1\n1\n" };

void victim(void)
{
	struct itimerspec its = { 0 };
	int64_t began = real_ns();
	sigset_t mask;

	fire_block(&mask);
	its.it_value = wait_until(CLOCK_MONOTONIC);
	emit((uint64_t)timer_settime(fire_timer(), TIMER_ABSTIME, &its,
				     NULL));
	while (!fired)
		sigsuspend(&mask);
	emit(real_ns() - began >= WAIT_NS);
	/* Else a loop that arms it until the time has come never ends. */
	emit(logical_ns(CLOCK_MONOTONIC) >=
	     its.it_value.tv_sec * SECOND + its.it_value.tv_nsec);
}
