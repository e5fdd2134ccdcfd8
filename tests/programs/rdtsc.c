/* SPDX-License-Identifier: MIT */
#include <x86intrin.h>

#include "victim.h"

const struct facts facts = { .calls = 2,
			     .output = "1000000001\n1000000002\n" };

void victim(void)
{
	unsigned processor;

	emit(__rdtsc() / 1000); /* the rest names us */
	emit(__rdtscp(&processor) / 1000);
}
