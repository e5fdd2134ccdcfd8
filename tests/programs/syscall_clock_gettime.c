/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 3, .output = "1\n2\n3\n" };

void victim(void)
{
	struct timespec ts;

	for (int i = 0; i < 3; i++) {
		syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts);
		emit((uint64_t)ts.tv_nsec / 1000); /* the rest names us */
	}
}
