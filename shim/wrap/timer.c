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
#include "pids.h"
#include "timers.h"
#include "trapsignal.h"
#include "real.h"
#include "turnfd.h"
#include "banned.h"

#define ROW(fn, text) \
	SOURCE(fn, .group = "clock", .policy = SB_FORCE, .doc = text)

ROW(timerfd_settime, "timer read by a descriptor");
ROW(timer_settime, "timer with a signal");
ROW(timerfd_gettime, "what is left of a timer");
ROW(timer_gettime, "what is left of a timer");
ROW(timer_delete, "end of a timer");
ROW(alarm, "timer with a signal, seconds");
ROW(ualarm, "timer with a signal, microseconds");
ROW(setitimer, "timer with a signal");
ROW(getitimer, "what is left of a timer");
ROW(pause, "wait for a signal");
ROW(sigsuspend, "wait for a signal");
ROW(sigwait, "wait for a signal");
ROW(sigwaitinfo, "wait for a signal");

HOOK(timerfd_create);

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
	struct moment m;

	*first = 0;
	if (ns && moment) {
		real.it_value = *moment_take(&m, self, true,
					     clock_of(&its->it_value),
					     &its->it_value);
		*first = m.forced ? m.logical : 0;
	} else if (ns) {
		*first = self->clock + ns;
	}
	return real;
}

static struct timespec spec(uint64_t ns)
{
	return (struct timespec){ (time_t)(ns / LTIME_SECOND),
				  (long)(ns % LTIME_SECOND) };
}

/* It goes off by the process's own clock. */
EXPORT int timerfd_create(int clock, int flags)
{
	int fd = NEXT(timerfd_create)(clock, flags);

	if (fd >= 0 && config.turns && !config.time_real)
		turnfd_made(fd);
	return fd;
}

EXPORT int timerfd_settime(int fd, int flags, const struct itimerspec *its,
			   struct itimerspec *old)
{
	struct call c;
	bool force = CALL(&c, timerfd_settime) == SB_FORCE && its;
	uint64_t since = sys_now(CLOCK_MONOTONIC);
	struct itimerspec real;
	uint64_t first, left = 0;
	int ret;

	if (force)
		real = arm(c.self, its, flags & TFD_TIMER_ABSTIME, &first);
	ret = real_timerfd_settime(fd, flags, force ? &real : its, old);
	if (ret == 0)
		timers_note(fd);
	if (force && ret == 0)
		left = timers_set(c.self, TIMER_DESCRIPTOR, (uint64_t)fd,
				  first, ltime_ns(&its->it_interval), since);
	if (force && ret == 0 && old)
		old->it_value = spec(left);
	if (turn_on)
		turnfd_timed();
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

EXPORT int timerfd_gettime(int fd, struct itimerspec *its)
{
	struct call c;
	bool force = CALL(&c, timerfd_gettime) == SB_FORCE;
	int ret = real_timerfd_gettime(fd, its);

	if (force && ret == 0)
		its->it_value = spec(timers_left(c.self, TIMER_DESCRIPTOR,
						 (uint64_t)fd));
	call_end(&c, ret ? 0 : ltime_ns(&its->it_value), 0);
	return ret;
}

EXPORT int timer_settime(timer_t timer, int flags,
			 const struct itimerspec *its, struct itimerspec *old)
{
	struct call c;
	bool force = CALL(&c, timer_settime) == SB_FORCE && its;
	uint64_t since = sys_now(CLOCK_MONOTONIC);
	struct itimerspec real;
	uint64_t first, left = 0;
	int ret;

	if (force)
		real = arm(c.self, its, flags & TIMER_ABSTIME, &first);
	ret = real_timer_settime(timer, flags, force ? &real : its, old);
	if (force && ret == 0)
		left = timers_set(c.self, TIMER_POSIX, (uint64_t)timer, first,
				  ltime_ns(&its->it_interval), since);
	if (force && ret == 0 && old)
		old->it_value = spec(left);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

EXPORT int timer_gettime(timer_t timer, struct itimerspec *its)
{
	struct call c;
	bool force = CALL(&c, timer_gettime) == SB_FORCE;
	int ret = real_timer_gettime(timer, its);

	if (force && ret == 0)
		its->it_value = spec(timers_left(c.self, TIMER_POSIX,
						 (uint64_t)timer));
	call_end(&c, ret ? 0 : ltime_ns(&its->it_value), 0);
	return ret;
}

EXPORT int timer_delete(timer_t timer)
{
	struct call c;
	int ret;

	if (CALL(&c, timer_delete) == SB_FORCE)
		timers_set(c.self, TIMER_POSIX, (uint64_t)timer, 0, 0, 0);
	ret = real_timer_delete(timer);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

static uint64_t set_alarm(struct call *c, uint64_t ns, uint64_t interval,
			  uint64_t since)
{
	return timers_set(c->self, TIMER_ALARM, 0,
			  ns ? c->self->clock + ns : 0, interval, since);
}

EXPORT unsigned alarm(unsigned seconds)
{
	struct call c;
	bool force = CALL(&c, alarm) == SB_FORCE;
	uint64_t since = sys_now(CLOCK_MONOTONIC);
	unsigned left = real_alarm(seconds);
	uint64_t ns;

	if (force) {
		ns = set_alarm(&c, seconds * LTIME_SECOND, 0, since);
		/* As the kernel: to the nearest second, but not to none. */
		left = (unsigned)((ns + LTIME_SECOND / 2) / LTIME_SECOND);
		if (ns && !left)
			left = 1;
	}
	call_end(&c, left, 0);
	return left;
}

EXPORT useconds_t ualarm(useconds_t us, useconds_t interval)
{
	struct call c;
	bool force = CALL(&c, ualarm) == SB_FORCE;
	uint64_t since = sys_now(CLOCK_MONOTONIC);
	useconds_t left = real_ualarm(us, interval);

	if (force)
		left = (useconds_t)(set_alarm(&c, us * 1000ull,
					      interval * 1000ull, since) /
				    1000);
	call_end(&c, left, 0);
	return left;
}

static uint64_t timeval_ns(const struct timeval *tv)
{
	return (uint64_t)tv->tv_sec * LTIME_SECOND +
	       (uint64_t)tv->tv_usec * 1000;
}

static struct timeval timeval(uint64_t ns)
{
	return (struct timeval){ (time_t)(ns / LTIME_SECOND),
				 (suseconds_t)(ns % LTIME_SECOND / 1000) };
}

/* Of the three only the one in real time: the others count the processor's. */
EXPORT int setitimer(__itimer_which_t which,
		     const struct itimerval *restrict its,
		     struct itimerval *restrict old)
{
	struct call c;
	bool force = CALL(&c, setitimer) == SB_FORCE && its &&
		     which == ITIMER_REAL;
	uint64_t since = sys_now(CLOCK_MONOTONIC);
	int ret = real_setitimer(which, its, old);
	uint64_t left = 0;

	if (force && ret == 0)
		left = set_alarm(&c, timeval_ns(&its->it_value),
				 timeval_ns(&its->it_interval), since);
	if (force && ret == 0 && old)
		old->it_value = timeval(left);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

EXPORT int getitimer(__itimer_which_t which, struct itimerval *its)
{
	struct call c;
	bool force = CALL(&c, getitimer) == SB_FORCE && which == ITIMER_REAL;
	int ret = real_getitimer(which, its);

	if (force && ret == 0)
		its->it_value = timeval(timers_left(c.self, TIMER_ALARM, 0));
	call_end(&c, ret ? 0 : timeval_ns(&its->it_value), 0);
	return ret;
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
	int ret = turn_leave_signal() ? real_pause() : -1;

	turn_return();
	woken(&c, force, ret);
	return ret;
}

EXPORT int sigsuspend(const sigset_t *mask)
{
	struct call c;
	sigset_t room;
	bool force = CALL(&c, sigsuspend) == SB_FORCE;
	int ret;

	if (config.traps)
		mask = trapsignal_allow(mask, &room);
	ret = turn_leave_signal() ? real_sigsuspend(mask) : -1;

	turn_return();
	woken(&c, force, ret);
	return ret;
}

EXPORT int sigwait(const sigset_t *restrict set, int *restrict sig)
{
	struct call c;
	bool force = CALL(&c, sigwait) == SB_FORCE;
	int ret;

	turn_leave_signal();
	ret = real_sigwait(set, sig);
	turn_return();
	woken(&c, force, ret);
	return ret;
}

EXPORT int sigwaitinfo(const sigset_t *restrict set, siginfo_t *restrict info)
{
	struct call c;
	bool force = CALL(&c, sigwaitinfo) == SB_FORCE;
	int ret = turn_leave_signal() ? real_sigwaitinfo(set, info) : -1;

	turn_return();
	if (ret > 0 && info)
		pids_info_out(info);
	woken(&c, force, ret);
	return ret;
}
