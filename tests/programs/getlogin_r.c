/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1\n" };

void victim(void)
{
	char name[256];
	int ret = getlogin_r(name, sizeof(name));

	emit(ret ? ret != ERANGE : name[0] != 0);
}
