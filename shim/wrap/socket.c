/* SPDX-License-Identifier: MIT */
/* Pipes and sockets, for --schedule=turns: which of them lead to other threads
 * alone, and what waits for them. */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include "call.h"
#include "real.h"
#include "turnfd.h"
#include "banned.h"

HOOK(pipe);
HOOK(pipe2);
HOOK(socketpair);
HOOK(eventfd);
HOOK(epoll_create);
HOOK(epoll_create1);
HOOK(epoll_ctl);
HOOK(send);
HOOK(sendto);
HOOK(flock);

static int two(int ret, const int fd[2])
{
	if (ret == 0 && config.turns) {
		turnfd_made(fd[0]);
		turnfd_made(fd[1]);
	}
	return ret;
}

static int one(int fd)
{
	if (fd >= 0 && config.turns)
		turnfd_made(fd);
	return fd;
}

EXPORT int pipe(int fd[2])
{
	return two(NEXT(pipe)(fd), fd);
}

EXPORT int pipe2(int fd[2], int flags)
{
	return two(NEXT(pipe2)(fd, flags), fd);
}

EXPORT int socketpair(int domain, int type, int protocol, int fd[2])
{
	return two(NEXT(socketpair)(domain, type, protocol, fd), fd);
}

EXPORT int eventfd(unsigned count, int flags)
{
	return one(NEXT(eventfd)(count, flags));
}

EXPORT int epoll_create(int size)
{
	return one(NEXT(epoll_create)(size));
}

EXPORT int epoll_create1(int flags)
{
	return one(NEXT(epoll_create1)(flags));
}

EXPORT int epoll_ctl(int epoll, int op, int fd, struct epoll_event *event)
{
	if (op == EPOLL_CTL_ADD && config.turns)
		turnfd_watched(epoll, fd);
	return NEXT(epoll_ctl)(epoll, op, fd, event);
}

#define IN_TURN(fd, events, fn, ...)                                           \
	__typeof__(real_##fn(__VA_ARGS__)) ret = -1;                           \
                                                                               \
	if (!turn_on)                                                          \
		return NEXT(fn)(__VA_ARGS__);                                  \
	if (turnfd_wait(fd, events))                                           \
		ret = real_##fn(__VA_ARGS__);                                  \
	turn_return();                                                         \
	return ret

/* MSG_DONTWAIT: asked for no wait. */
static short unless(int flags, short events)
{
	return flags & MSG_DONTWAIT ? 0 : events;
}

EXPORT ssize_t send(int fd, const void *buf, size_t len, int flags)
{
	IN_TURN(fd, unless(flags, POLLOUT), send, fd, buf, len, flags);
}

EXPORT ssize_t sendto(int fd, const void *buf, size_t len, int flags,
		      const struct sockaddr *to, socklen_t n)
{
	IN_TURN(fd, unless(flags, POLLOUT), sendto, fd, buf, len, flags, to, n);
}

EXPORT int flock(int fd, int op)
{
	int ret = -1;

	if (!turn_on || op & LOCK_NB)
		return NEXT(flock)(fd, op);
	if (turn_leave("a lock of a file"))
		ret = real_flock(fd, op);
	turn_return();
	return ret;
}
