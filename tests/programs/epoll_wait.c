/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "0\n1\n10001\n" };

void victim(void)
{
	struct epoll_event event;
	int fd = epoll_create1(EPOLL_CLOEXEC);
	int64_t began = real_ns();

	wait_emit(began, epoll_wait(fd, &event, 1, WAIT_MS));
}
