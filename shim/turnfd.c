/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "process.h"
#include "sys.h"
#include "text.h"
#include "turnfd.h"
#include "turnpart.h"
#include "banned.h"

#define MOST 65536

static uint64_t internal[MOST / 64];
static int watcher[MOST]; /* the epoll descriptor that has it, and one */
static uint64_t unbound[MOST / 64]; /* sockets in one, that lead nowhere yet */
static unsigned nunbound;

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

static void set_unbound(int fd, bool on)
{
	uint64_t bit = 1ull << fd % 64;
	uint64_t was =
		on ? __atomic_fetch_or(&unbound[fd / 64], bit, __ATOMIC_RELAXED)
		   : __atomic_fetch_and(&unbound[fd / 64], ~bit,
					__ATOMIC_RELAXED);

	if (!(was & bit) == on)
		__atomic_add_fetch(&nunbound, on ? 1 : -1, __ATOMIC_RELAXED);
}

void turnfd_gone(int fd)
{
	if (fd >= 0 && fd < MOST && unbound[fd / 64] >> fd % 64 & 1 &&
	    !process_borrowed())
		set_unbound(fd, false);
	if (timers_descriptor(fd) && !process_borrowed())
		timers_closed(fd);
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

enum reach { AWAY, HERE, NOWHERE };

/* A socket of this machine alone: who is at its other end may be a thread of
 * this process, or may not. One that leads nowhere has no name yet. */
static enum reach reach(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		char room[128];
	} name;
	int size = sizeof(name);

	if (sys3(SYS_getsockname, fd, &name, &size) < 0)
		return AWAY;
	switch (name.any.sa_family) {
	case AF_UNIX:
		return HERE;
	case AF_INET:
		if (!name.in.sin_port && !name.in.sin_addr.s_addr)
			return NOWHERE;
		return ntohl(name.in.sin_addr.s_addr) >> 24 == 127;
	case AF_INET6:
		if (!name.in6.sin6_port &&
		    IN6_IS_ADDR_UNSPECIFIED(&name.in6.sin6_addr))
			return NOWHERE;
		return IN6_IS_ADDR_LOOPBACK(&name.in6.sin6_addr) ||
		       (IN6_IS_ADDR_V4MAPPED(&name.in6.sin6_addr) &&
			name.in6.sin6_addr.s6_addr[12] == 127);
	}
	return AWAY;
}

static bool within(int fd)
{
	return is_internal(fd) || reach(fd) == HERE;
}

void turnfd_watched(int epoll, int fd)
{
	enum reach to = is_internal(fd) ? HERE : reach(fd);

	if (fd >= 0 && fd < MOST)
		watcher[fd] = epoll + 1;
	if (to == NOWHERE && fd < MOST)
		set_unbound(fd, true);
	else if (to != HERE)
		turnfd_gone(epoll);
}

bool turnfd_watches(int epoll, int fd)
{
	return fd >= 0 && fd < MOST && watcher[fd] == epoll + 1;
}

/* Sockets are watched as soon as they are made: now, who waits asks where they
 * have come to lead. */
static void settle(int epoll)
{
	for (int i = 0; i < MOST / 64 && nunbound; i++)
		for (uint64_t left = unbound[i]; left; left &= left - 1) {
			int fd = i * 64 + __builtin_ctzll(left);
			enum reach to = reach(fd);

			if (!turnfd_watches(epoll, fd) || to == NOWHERE)
				continue;
			set_unbound(fd, false);
			if (to == AWAY)
				turnfd_gone(epoll);
		}
}

/* The kernel's list of what it waits for: "tfd: ", a number, and more. */
static bool waits_within(char *list)
{
	char *at = list;

	while ((at = strstr(at, "tfd:"))) {
		at += 4 + strspn(at + 4, " ");
		if (!within((int)strtol(at, NULL, 10)))
			return false;
	}
	return true;
}

/* What led outside may have been closed meanwhile. */
void turnfd_look(int epoll)
{
	char list[4096];
	struct text path = text_start(list, sizeof(list));
	long fd, n;

	if (epoll < 0 || is_internal(epoll))
		return;
	text_add(&path, "/proc/self/fdinfo/");
	text_number(&path, (unsigned)epoll, 10, 1);
	fd = sys3(SYS_open, list, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return;
	n = sys3(SYS_read, fd, list, sizeof(list) - 1);
	sys1(SYS_close, fd);
	if (n <= 0 || n == sizeof(list) - 1)
		return;
	list[n] = '\0';
	if (waits_within(list))
		turnfd_made(epoll);
}

static bool ready(struct pollfd *fds, unsigned n)
{
	struct timespec none = { 0 };

	return sys6(SYS_ppoll, fds, n, &none, NULL, 8, 0) != 0;
}

/* When the next timer among them goes off. */
static uint64_t timer_of(const struct thread *self, const struct pollfd *fds,
			 unsigned n)
{
	return timers_running() ? timers_hold(self->clock, fds, n) : SEAT_EVER;
}

static bool leave(const struct thread *self, const struct pollfd *fds,
		  unsigned n)
{
	if (timers_running())
		timers_release(self->clock, fds, n);
	return turn_leave("the outside world");
}

/* Whoever waits looks when the next one goes off. */
void turnfd_timed(void)
{
	struct thread *t, *next;
	uint64_t mask;

	if (!turn.pollers.n)
		return;
	mask = turn_lock();
	for (t = turn.pollers.first; t; t = next) {
		next = t->seat.next;
		seat_unblock(t, 0);
	}
	turn_arrived();
	turn_unlock(mask);
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
	struct want w = { .what = "a pipe or socket",
			  .fds = &p,
			  .nfds = 1,
			  .signals = true,
			  .cancels = true,
			  .abroad = !is_internal(fd) };
	struct thread *self = turn_take();

	if (!self)
		return true;
	w.until = timer_of(self, &p, 1);
	if (!events || !waits(fd)) { /* it may go round and round */
		turn_spend(self, TURN_KERNEL);
		return true;
	}
	if (!within(fd)) /* what is written is soon taken, or kept */
		return events == POLLOUT || leave(self, &p, 1);
	while (!ready(&p, 1)) {
		if (interrupted(turn_wait(self, &w)))
			return false;
		w.until = timer_of(self, &p, 1);
	}
	return true;
}

static bool all_internal(const struct pollfd *fds, unsigned n)
{
	bool any = false;

	if (nunbound && n == 1)
		settle(fds->fd);
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

/* Until one of them is ready, or `until`. False: a handler ran. */
static bool wait_poll(struct thread *self, struct want *w, uint64_t until,
		      bool *late)
{
	int ret = 0;

	for (;;) {
		w->until = until;
		if (w->fds) {
			uint64_t timer = timer_of(self, w->fds, w->nfds);

			if (ready(w->fds, w->nfds))
				return true;
			if (timer < until)
				w->until = timer;
		}
		*late = ret == ETIMEDOUT && self->clock >= until;
		if (*late)
			return true;
		ret = turn_wait(self, w);
		if (interrupted(ret))
			return false;
	}
}

#define BIT(sig) (1ull << ((sig)-1))

/* Those that libc keeps for itself are in nobody's mask. */
static bool is_own(const sigset_t *mask)
{
	const uint64_t any = BIT(SIGKILL) | BIT(SIGSTOP) | BIT(32) | BIT(33);
	uint64_t now = 0, wanted;

	if (!mask)
		return true;
	wanted = mask->__val[0];
	sys4(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &now, sizeof(now));
	return (now | any) == (wanted | any);
}

bool turnfd_poll(struct pollfd *fds, unsigned n, uint64_t ns,
		 const sigset_t *mask, bool *late)
{
	static const char nothing;
	struct thread *self;
	struct want w = { .what = "descriptors of its own",
			  .fds = fds,
			  .nfds = n,
			  .signals = true,
			  .asleep = true,
			  .cancels = true };

	*late = false;
	if ((turn_alone() && !timers_running()) || !(self = turn_take()))
		return true;
	if (!ns) {
		timer_of(self, fds, n);
		turn_spend(self, TURN_KERNEL);
		return true;
	}
	if (!is_own(mask)) {
		if (timers_running())
			timers_release(self->clock, fds, n);
		return turn_leave_signal();
	}
	for (unsigned i = 0; i < n; i++)
		w.abroad |= fds[i].fd >= 0 && !is_internal(fds[i].fd);
	if (none(fds, n)) {
		w.fds = NULL;
		w.key = &nothing;
	} else if (!all_internal(fds, n)) {
		return leave(self, fds, n);
	}
	return wait_poll(self, &w, ns == SEAT_EVER ? ns : self->clock + ns,
			 late);
}
