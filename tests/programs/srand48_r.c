/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1 };

void victim(void)
{
	struct drand48_data data;
	long n;

	srand48_r(7, &data);
	lrand48_r(&data, &n);
	emit((uint64_t)n);
}
