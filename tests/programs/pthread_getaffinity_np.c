/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1\n" };

void victim(void)
{
	cpu_set_t set;

	emit(pthread_getaffinity_np(pthread_self(), sizeof(set), &set) == 0);
}
