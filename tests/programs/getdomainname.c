/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1\n" };

void victim(void)
{
	char name[256];

	emit(getdomainname(name, sizeof(name)) == 0 && name[0]);
}
