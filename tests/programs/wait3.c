/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1024\n0\n0\n" };

void victim(void)
{
	struct rusage use;
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(4);
	if (wait3(&status, 0, &use) != pid)
		return;
	emit((uint64_t)status);
	emit((uint64_t)use.ru_maxrss);
	emit((uint64_t)(use.ru_utime.tv_usec + use.ru_stime.tv_usec));
}
