/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "0\n0\n" };

void victim(void)
{
	char *argv[] = { "true", NULL };
	int status = 1;
	pid_t pid;

	emit((uint64_t)posix_spawnp(&pid, "/bin/true", NULL, NULL, argv, environ));
	waitpid(pid, &status, 0);
	emit((uint64_t)status);
}
