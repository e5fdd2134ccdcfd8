/* SPDX-License-Identifier: MIT */
#include "victim.h"

void victim(void)
{
	struct timespec ts;

	timespec_get(&ts, TIME_UTC);
	emit((uint64_t)ts.tv_nsec);
}
