/* SPDX-License-Identifier: MIT */
#include "victim.h"

void victim(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	ts.tv_nsec += 1000000;
	if (ts.tv_nsec >= 1000000000) {
		ts.tv_nsec -= 1000000000;
		ts.tv_sec++;
	}
	emit((uint64_t)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts,
				       NULL));
	clock_gettime(CLOCK_MONOTONIC, &ts);
	emit((uint64_t)ts.tv_nsec);
}
