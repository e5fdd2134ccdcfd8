/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1000\n" };

void victim(void)
{
	struct timespec ts;

	timespec_get(&ts, TIME_UTC);
	emit((uint64_t)ts.tv_nsec);
}
