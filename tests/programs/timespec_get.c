/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1\n" };

void victim(void)
{
	struct timespec ts;

	timespec_get(&ts, TIME_UTC);
	emit((uint64_t)ts.tv_nsec / 1000); /* the rest names us */
}
