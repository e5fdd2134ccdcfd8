/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1\n" };

void victim(void)
{
	struct timespec ts = { 1, 0 };

	syscall(SYS_clock_getres, CLOCK_MONOTONIC, &ts);
	emit((uint64_t)ts.tv_nsec);
}
