/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 3, .output = "0\n100\n50\n" };

void victim(void)
{
	emit(alarm(100));
	emit(alarm(50));
	emit(alarm(0));
}
