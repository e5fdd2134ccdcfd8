/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1\n" };

void victim(void)
{
	struct timeval tv;

	gettimeofday(&tv, NULL);
	emit((uint64_t)tv.tv_usec);
}
