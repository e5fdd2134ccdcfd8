/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1280\n" };

void victim(void)
{
	emit((uint64_t)system("exit 5"));
}
