/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "7\n" };

void victim(void)
{
	execle("/bin/echo", "echo", "7", NULL, environ);
}
