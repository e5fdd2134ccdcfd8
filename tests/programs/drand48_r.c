/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1 };

void victim(void)
{
	struct drand48_data data;
	double d;

	srand48_r(7, &data);
	drand48_r(&data, &d);
	emit((uint64_t)(d * 1e9));
}
