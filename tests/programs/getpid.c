/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1\n" };

void victim(void)
{
	emit(getpid() > 0);
}
