/* SPDX-License-Identifier: MIT */
#include <aio.h>

#include "victim.h"

const struct facts facts = { .calls = 1, .output = "11\n1\n10001\n" };

/* A read that waits for nothing. */
void victim(void)
{
	struct timespec ts = { 0, WAIT_NS };
	const struct aiocb *list[1];
	int64_t began = real_ns();
	struct aiocb read = { 0 };
	char byte;
	int end[2];

	if (pipe2(end, O_CLOEXEC))
		return;
	read.aio_fildes = end[0];
	read.aio_buf = &byte;
	read.aio_nbytes = 1;
	list[0] = &read;
	aio_read(&read);
	wait_emit(began, aio_suspend(list, 1, &ts) ? errno : 0);
	close(end[1]);
	while (aio_error(&read) == EINPROGRESS)
		sched_yield();
	close(end[0]);
}
