/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1 };

void victim(void)
{
	unsigned short x[3] = { 1, 2, 3 };
	struct drand48_data data;
	double d;

	srand48_r(7, &data);
	erand48_r(x, &data, &d);
	emit((uint64_t)(d * 1e9));
}
