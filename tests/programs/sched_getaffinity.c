/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1\n" };

void victim(void)
{
	cpu_set_t set;

	emit(sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set));
}
