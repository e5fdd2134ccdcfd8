/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 3 };

void victim(void)
{
	unsigned short x[3] = { 1, 2, 3 };

	for (int i = 0; i < 3; i++)
		emit((uint64_t)nrand48(x));
}
