/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1 };

void victim(void)
{
	unsigned short p[7] = { 1, 2, 3, 0xe66d, 0xdeec, 5, 11 };
	struct drand48_data data = { 0 };
	long n;

	lcong48_r(p, &data);
	lrand48_r(&data, &n);
	emit((uint64_t)n);
}
