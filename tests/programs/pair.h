/* SPDX-License-Identifier: MIT */
#ifndef SAMEBITS_TEST_PAIR_H
#define SAMEBITS_TEST_PAIR_H

#include <sys/socket.h>
#include <sys/un.h>

#include "victim.h"

/* Two ends, "hello" on its way to the first. */
static inline void pair_make(int end[2], int type)
{
	socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, end);
	if (write(end[1], "hello", 5) != 5)
		_exit(93);
}

static inline void pair_close(const int end[2])
{
	close(end[0]);
	close(end[1]);
}

/* One that listens, at a name that the kernel chose. */
static inline int listener(struct sockaddr_un *name, socklen_t *len)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*name = (struct sockaddr_un){ .sun_family = AF_UNIX };
	*len = sizeof(*name);
	bind(fd, (struct sockaddr *)name, sizeof(name->sun_family));
	listen(fd, 1);
	getsockname(fd, (struct sockaddr *)name, len);
	return fd;
}

#endif
