/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "768\n",
			     .place = BY_ITS_CHILD };

void victim(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(3);
	waitpid(pid, &status, 0);
	emit((uint64_t)status);
}
