/* SPDX-License-Identifier: MIT */
#include <sched.h>

#include "victim.h"

const struct facts facts = { .calls = 1, .output = "768\n" };

static int child(void *arg)
{
	(void)arg;
	return 3;
}

void victim(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	int status = 0;
	pid_t pid = clone(child, stack + sizeof(stack), SIGCHLD, NULL);

	waitpid(pid, &status, 0);
	emit((uint64_t)status);
}
