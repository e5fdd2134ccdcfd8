/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "0\n4\n" };

void victim(void)
{
	siginfo_t info;
	pid_t pid = fork();

	if (pid == 0)
		_exit(4);
	emit((uint64_t)waitid(P_PID, (id_t)pid, &info, WEXITED));
	emit((uint64_t)info.si_status);
}
