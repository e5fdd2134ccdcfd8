/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "0\n0\n" };

void victim(void)
{
	emit((uint64_t)clearenv());
	emit(getenv("PATH") != NULL);
}
