/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1 };

void victim(void)
{
	struct random_data data = { 0 };
	char state[64];
	int32_t n;

	initstate_r(7, state, sizeof(state), &data);
	setstate_r(state, &data);
	random_r(&data, &n);
	emit((uint64_t)n);
}
