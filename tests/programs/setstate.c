/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 3 };

void victim(void)
{
	static char state[64];
	char *old = initstate(7, state, sizeof(state));

	emit((uint64_t)random());
	setstate(old);
	setstate(state);
	emit((uint64_t)random());
	setstate(old);
}
