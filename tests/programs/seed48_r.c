/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1 };

void victim(void)
{
	unsigned short x[3] = { 1, 2, 3 };
	struct drand48_data data = { 0 };
	long n;

	seed48_r(x, &data);
	lrand48_r(&data, &n);
	emit((uint64_t)n);
}
