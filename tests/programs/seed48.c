/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1 };

void victim(void)
{
	unsigned short x[3] = { 1, 2, 3 };

	seed48(x);
	for (int i = 0; i < 3; i++)
		emit((uint64_t)lrand48());
}
