/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "768\n" };

void victim(void)
{
	int status = 0;
	long pid = syscall(SYS_fork);

	if (pid == 0)
		_exit(3);
	waitpid((pid_t)pid, &status, 0);
	emit((uint64_t)status);
}
