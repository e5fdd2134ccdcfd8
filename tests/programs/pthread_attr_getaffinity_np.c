/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1\n" };

void victim(void)
{
	pthread_attr_t attr;
	cpu_set_t set;

	pthread_attr_init(&attr);
	emit(pthread_attr_getaffinity_np(&attr, sizeof(set), &set) == 0 &&
	     CPU_COUNT(&set));
	pthread_attr_destroy(&attr);
}
