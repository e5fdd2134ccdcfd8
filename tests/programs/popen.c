/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1536\n" };

void victim(void)
{
	FILE *f = popen("exit 6", "r");

	if (f)
		emit((uint64_t)pclose(f));
}
