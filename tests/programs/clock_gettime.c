/* SPDX-License-Identifier: MIT */
#include "victim.h"

void victim(void)
{
	struct timespec ts;

	for (int i = 0; i < 3; i++) {
		clock_gettime(CLOCK_MONOTONIC, &ts);
		emit((uint64_t)ts.tv_nsec);
	}
}
