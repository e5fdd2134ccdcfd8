/* SPDX-License-Identifier: MIT */
/* Pipes and sockets, for --schedule=turns: which of them lead to other threads
 * alone, and what waits for them. */
#include <errno.h>
#include <mqueue.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <unistd.h>

#include "call.h"
#include "heard.h"
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
HOOK(msgrcv);
HOOK(msgsnd);
HOOK(semop);
HOOK(mq_receive);
HOOK(mq_send);

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
	long was;                                                              \
                                                                               \
	if (heard_on && heard_far(fd, &was))                                   \
		return was;                                                    \
	if (!turn_on)                                                          \
		ret = NEXT(fn)(__VA_ARGS__);                                   \
	else if (turnfd_wait(fd, events))                                      \
		ret = real_##fn(__VA_ARGS__);                                  \
	turn_return();                                                         \
	if (heard_on)                                                          \
		heard_far_end(fd, ret);                                        \
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

#define OUTSIDE(without, what, fn, ...)                                        \
	__typeof__(real_##fn(__VA_ARGS__)) ret = -1;                           \
                                                                               \
	if (!turn_on || (without))                                             \
		return NEXT(fn)(__VA_ARGS__);                                  \
	if (turn_leave(what))                                                  \
		ret = real_##fn(__VA_ARGS__);                                  \
	turn_return();                                                         \
	return ret

EXPORT ssize_t msgrcv(int id, void *msg, size_t len, long type, int flags)
{
	OUTSIDE(flags & IPC_NOWAIT, "a message", msgrcv, id, msg, len, type,
		flags);
}

EXPORT int msgsnd(int id, const void *msg, size_t len, int flags)
{
	OUTSIDE(flags & IPC_NOWAIT, "room for a message", msgsnd, id, msg, len,
		flags);
}

EXPORT int semop(int id, struct sembuf *ops, size_t n)
{
	OUTSIDE(n && ops[0].sem_op > 0, "a System V semaphore", semop, id, ops,
		n);
}

EXPORT ssize_t mq_receive(mqd_t q, char *buf, size_t len, unsigned *prio)
{
	OUTSIDE(false, "a message", mq_receive, q, buf, len, prio);
}

EXPORT int mq_send(mqd_t q, const char *buf, size_t len, unsigned prio)
{
	OUTSIDE(false, "room for a message", mq_send, q, buf, len, prio);
}

/* Its owner may be another thread, with a descriptor of its own. */
EXPORT int flock(int fd, int op)
{
	struct thread *self;
	int ret;

	if (!turn_on || op & (LOCK_NB | LOCK_UN) || turn_alone() ||
	    !(self = turn_take()))
		return NEXT(flock)(fd, op);
	do
		ret = real_flock(fd, op | LOCK_NB);
	while (ret && errno == EWOULDBLOCK && turn_look_again(self));
	return ret;
}
