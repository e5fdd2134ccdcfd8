/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 3, .output = "1000\n2000\n3000\n" };

void victim(void)
{
	struct timespec ts;

	for (int i = 0; i < 3; i++) {
		clock_gettime(CLOCK_MONOTONIC, &ts);
		emit((uint64_t)ts.tv_nsec);
	}
}
