/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "100000\n" };

void victim(void)
{
	struct tms t;

	emit((uint64_t)times(&t));
}
