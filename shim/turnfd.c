/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "sys.h"
#include "turnfd.h"
#include "banned.h"

#define MOST 65536

static uint64_t internal[MOST / 64];

static bool is_internal(int fd)
{
	return fd >= 0 && fd < MOST && internal[fd / 64] >> fd % 64 & 1;
}

void turnfd_made(int fd)
{
	if (fd >= 0 && fd < MOST)
		__atomic_or_fetch(&internal[fd / 64], 1ull << fd % 64,
				  __ATOMIC_RELAXED);
}

void turnfd_gone(int fd)
{
	if (is_internal(fd))
		__atomic_and_fetch(&internal[fd / 64], ~(1ull << fd % 64),
				   __ATOMIC_RELAXED);
}

void turnfd_copied(int from, int to)
{
	if (is_internal(from))
		turnfd_made(to);
	else
		turnfd_gone(to);
}

void turnfd_shared(void)
{
	for (unsigned i = 0; i < MOST / 64; i++)
		if (internal[i])
			internal[i] = 0;
}

/* A socket of this machine alone: who is at its other end may be a thread of
 * this process, or may not. */
static bool local(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		char room[128];
	} name;
	int size = sizeof(name);

	if (sys3(SYS_getsockname, fd, &name, &size) < 0)
		return false;
	switch (name.any.sa_family) {
	case AF_UNIX:
		return true;
	case AF_INET:
		return ntohl(name.in.sin_addr.s_addr) >> 24 == 127;
	case AF_INET6:
		return IN6_IS_ADDR_LOOPBACK(&name.in6.sin6_addr);
	}
	return false;
}

static bool within(int fd)
{
	return is_internal(fd) || local(fd);
}

void turnfd_watched(int epoll, int fd)
{
	if (!within(fd))
		turnfd_gone(epoll);
}

static bool ready(int fd, short events)
{
	struct pollfd p = { fd, events, 0 };
	struct timespec none = { 0 };

	return sys6(SYS_ppoll, &p, 1, &none, NULL, 8, 0) != 0;
}

/* Files and directories never keep anybody waiting, and who does not want to
 * wait does not. */
static bool waits(int fd)
{
	struct stat st;
	long flags;

	if (!sys_fstat(fd, &st))
		return false;
	if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) || S_ISBLK(st.st_mode))
		return false;
	flags = sys3(SYS_fcntl, fd, F_GETFL, 0);
	return flags >= 0 && !(flags & O_NONBLOCK);
}

static bool interrupted(int ret)
{
	if (ret == ECANCELED)
		pthread_testcancel();
	if (ret != EINTR)
		return false;
	errno = EINTR;
	return true;
}

bool turnfd_wait_slow(int fd, short events)
{
	struct pollfd p = { fd, events, 0 };
	const struct want w = { .what = "a pipe or socket", .fds = &p,
				.nfds = 1, .until = SEAT_EVER, .signals = true,
				.cancels = true };
	struct thread *self = turn_take();

	if (!self)
		return true;
	if (!events || !waits(fd)) { /* it may go round and round */
		turn_spend(self, TURN_KERNEL);
		return true;
	}
	if (!within(fd)) /* what is written is soon taken, or kept */
		return events == POLLOUT || turn_leave("the outside world");
	while (!ready(fd, events))
		if (interrupted(turn_wait(self, &w)))
			return false;
	return true;
}

static bool all_internal(const struct pollfd *fds, unsigned n)
{
	bool any = false;

	for (unsigned i = 0; i < n; i++) {
		if (fds[i].fd >= 0 && !within(fds[i].fd))
			return false;
		any |= fds[i].fd >= 0;
	}
	return any;
}

/* Only time can end it. */
static bool none(const struct pollfd *fds, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (fds[i].fd >= 0)
			return false;
	return true;
}

bool turnfd_poll(struct pollfd *fds, unsigned n, uint64_t ns, bool *late)
{
	static const char nothing;
	struct timespec now = { 0 };
	struct thread *self;
	struct want w = { .what = "descriptors of its own", .fds = fds,
			  .nfds = n, .until = SEAT_EVER, .signals = true,
			  .asleep = true, .cancels = true };
	int ret = 0;

	*late = false;
	if (turn_alone() || !(self = turn_take()))
		return true;
	if (!ns) {
		turn_spend(self, TURN_KERNEL);
		return true;
	}
	if (ns != SEAT_EVER)
		w.until = self->clock + ns;
	if (none(fds, n)) {
		w.fds = NULL;
		w.key = &nothing;
	} else if (!all_internal(fds, n)) {
		return turn_leave("the outside world");
	}
	while (ret != ETIMEDOUT &&
	       !(w.fds && sys6(SYS_ppoll, fds, n, &now, NULL, 8, 0) != 0)) {
		ret = turn_wait(self, &w);
		if (interrupted(ret))
			return false;
	}
	*late = ret == ETIMEDOUT;
	return true;
}
