/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1 };

void victim(void)
{
	unsigned short p[7] = { 1, 2, 3, 0xe66d, 0xdeec, 5, 11 };

	lcong48(p);
	for (int i = 0; i < 3; i++)
		emit((uint64_t)lrand48());
}
