/* SPDX-License-Identifier: MIT */
#include "victim.h"

void victim(void)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/true", "true", NULL);
		_exit(9);
	}
	waitpid(pid, &status, 0);
	emit((uint64_t)status);
}
