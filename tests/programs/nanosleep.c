/* SPDX-License-Identifier: MIT */
#include "victim.h"

void victim(void)
{
	struct timespec ts = { 0, 1000000 };

	emit((uint64_t)nanosleep(&ts, NULL));
	clock_gettime(CLOCK_MONOTONIC, &ts);
	emit((uint64_t)ts.tv_nsec);
}
