/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "7\n" };

void victim(void)
{
	execve("/bin/echo", (char *[]){ "echo", "7", NULL }, environ);
}
