/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1\n" };

void victim(void)
{
	unsigned cpu = UINT32_MAX;

	emit(getcpu(&cpu, NULL) == 0 && cpu != UINT32_MAX);
}
