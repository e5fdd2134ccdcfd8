/* SPDX-License-Identifier: MIT */
/*
 * Timers. The kernel keeps them in real time: a moment is translated, a length
 * handed on. What the logical clock does when one goes off is in timers.h.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "call.h"
#include "ltime.h"
#include "timers.h"
#include "banned.h"

#define ROW(fn, text) \
	SOURCE(fn, .group = "clock", .policy = SB_FORCE, .doc = text)

ROW(timerfd_settime, "timer read by a descriptor");
ROW(timer_settime, "timer with a signal");
ROW(alarm, "timer with a signal, seconds");
ROW(ualarm, "timer with a signal, microseconds");
ROW(setitimer, "timer with a signal");
ROW(read, "expirations of a timer descriptor");
ROW(pause, "wait for a signal");
ROW(sigsuspend, "wait for a signal");
ROW(sigwait, "wait for a signal");
ROW(sigwaitinfo, "wait for a signal");

/* Before the year 2000 a moment can only be one since the boot: which clock a
 * timer was made with is not told. */
#define OLDEST_DATE 946684800

static clockid_t clock_of(const struct timespec *moment)
{
	return moment->tv_sec < OLDEST_DATE ? CLOCK_MONOTONIC
					    : CLOCK_REALTIME;
}

/* The timer as the kernel gets it; *first: when it goes off, logically. */
static struct itimerspec arm(struct thread *self, const struct itimerspec *its,
			     bool moment, uint64_t *first)
{
	struct itimerspec real = *its;
	uint64_t ns = ltime_ns(&its->it_value);

	*first = 0;
	if (ns && moment)
		real.it_value = ltime_deadline(self, clock_of(&its->it_value),
					       &its->it_value, first);
	else if (ns)
		*first = self->clock + ns;
	return real;
}

EXPORT int timerfd_settime(int fd, int flags, const struct itimerspec *its,
			   struct itimerspec *old)
{
	struct call c;
	bool force = CALL(&c, timerfd_settime) == SB_FORCE && its;
	struct itimerspec real;
	uint64_t first;
	int ret;

	if (force)
		real = arm(c.self, its, flags & TFD_TIMER_ABSTIME, &first);
	ret = real_timerfd_settime(fd, flags, force ? &real : its, old);
	if (ret == 0)
		timers_note(fd);
	if (force && ret == 0)
		timers_set(c.self, TIMER_DESCRIPTOR, (uint64_t)fd, first,
			   ltime_ns(&its->it_interval));
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

EXPORT int timer_settime(timer_t timer, int flags,
			 const struct itimerspec *its, struct itimerspec *old)
{
	struct call c;
	bool force = CALL(&c, timer_settime) == SB_FORCE && its;
	struct itimerspec real;
	uint64_t first;
	int ret;

	if (force)
		real = arm(c.self, its, flags & TIMER_ABSTIME, &first);
	ret = real_timer_settime(timer, flags, force ? &real : its, old);
	if (force && ret == 0)
		timers_set(c.self, TIMER_POSIX, (uint64_t)timer, first,
			   ltime_ns(&its->it_interval));
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

static void set_alarm(struct call *c, uint64_t ns, uint64_t interval)
{
	timers_set(c->self, TIMER_ALARM, 0, ns ? c->self->clock + ns : 0,
		   interval);
}

/* What was left of the one before is real time, and not stored. */
EXPORT unsigned alarm(unsigned seconds)
{
	struct call c;
	bool force = CALL(&c, alarm) == SB_FORCE;
	unsigned left = real_alarm(seconds);

	if (force)
		set_alarm(&c, seconds * LTIME_SECOND, 0);
	call_end(&c, 0, 0);
	return left;
}

EXPORT useconds_t ualarm(useconds_t us, useconds_t interval)
{
	struct call c;
	bool force = CALL(&c, ualarm) == SB_FORCE;
	useconds_t left = real_ualarm(us, interval);

	if (force)
		set_alarm(&c, us * 1000ull, interval * 1000ull);
	call_end(&c, 0, 0);
	return left;
}

static uint64_t microseconds(const struct timeval *tv)
{
	return (uint64_t)tv->tv_sec * LTIME_SECOND +
	       (uint64_t)tv->tv_usec * 1000;
}

EXPORT int setitimer(__itimer_which_t which,
		     const struct itimerval *restrict its,
		     struct itimerval *restrict old)
{
	struct call c;
	bool force = CALL(&c, setitimer) == SB_FORCE;
	int ret = real_setitimer(which, its, old);

	/* The others count processor time. */
	if (force && ret == 0 && its && which == ITIMER_REAL)
		set_alarm(&c, microseconds(&its->it_value),
			  microseconds(&its->it_interval));
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

/* Every other descriptor passes: what programs read is not this group's. */
EXPORT ssize_t read(int fd, void *buf, size_t len)
{
	struct call c;
	bool force;
	uint64_t expirations;
	ssize_t n;

	if (__builtin_expect(!timers_descriptor(fd), 1)) {
		if (__builtin_expect(real_read != NULL, 1))
			return real_read(fd, buf, len);
		n = sys3(SYS_read, fd, buf, len);
		if (n >= 0)
			return n;
		errno = (int)-n;
		return -1;
	}
	force = CALL(&c, read) == SB_FORCE;
	n = real_read(fd, buf, len);
	if (force && n == sizeof(expirations)) {
		memcpy(&expirations, buf, sizeof(expirations));
		timers_read(c.self, fd, expirations);
	}
	call_end(&c, (uint64_t)n, 0);
	return n;
}

static void woken(struct call *c, bool force, int ret)
{
	if (force)
		ltime_woken(c->self);
	call_end(c, (uint64_t)ret, 0);
}

EXPORT int pause(void)
{
	struct call c;
	bool force = CALL(&c, pause) == SB_FORCE;
	int ret = real_pause();

	woken(&c, force, ret);
	return ret;
}

EXPORT int sigsuspend(const sigset_t *mask)
{
	struct call c;
	bool force = CALL(&c, sigsuspend) == SB_FORCE;
	int ret = real_sigsuspend(mask);

	woken(&c, force, ret);
	return ret;
}

EXPORT int sigwait(const sigset_t *restrict set, int *restrict sig)
{
	struct call c;
	bool force = CALL(&c, sigwait) == SB_FORCE;
	int ret = real_sigwait(set, sig);

	woken(&c, force, ret);
	return ret;
}

EXPORT int sigwaitinfo(const sigset_t *restrict set, siginfo_t *restrict info)
{
	struct call c;
	bool force = CALL(&c, sigwaitinfo) == SB_FORCE;
	int ret = real_sigwaitinfo(set, info);

	woken(&c, force, ret);
	return ret;
}
