/* SPDX-License-Identifier: MIT */
#include "victim.h"

void victim(void)
{
	struct timespec ts;

	clock_getres(CLOCK_MONOTONIC, &ts);
	emit((uint64_t)ts.tv_nsec);
}
