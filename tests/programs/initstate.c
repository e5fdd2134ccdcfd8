/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1 };

void victim(void)
{
	static char state[64];

	initstate(7, state, sizeof(state));
	for (int i = 0; i < 3; i++)
		emit((uint64_t)random());
}
