/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1024\n" };

void victim(void)
{
	int status = 0;

	if (fork() == 0)
		_exit(4);
	wait(&status);
	emit((uint64_t)status);
}
