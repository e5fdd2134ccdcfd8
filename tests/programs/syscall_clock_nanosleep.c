/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "0\n1\n10002\n" };

void victim(void)
{
	struct timespec until = wait_until(CLOCK_MONOTONIC);
	int64_t began = real_ns();

	wait_emit(began, (int)syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC,
				      TIMER_ABSTIME, &until, NULL));
}
