/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = {
	.calls = 1,
	.output = "0\n1\n",
	.place = BY_ITS_CHILD
};

void victim(void)
{
	char byte;
	int end[2];

	if (pipe(end))
		return;
	/* The caller goes: a child calls, and the pipe says when all is done. */
	if (fork() == 0) {
		emit((uint64_t)daemon(1, 1));
		emit(getppid() > 0);
		_exit(0);
	}
	close(end[1]);
	while (read(end[0], &byte, 1) > 0)
		;
	wait(NULL);
}
