/* SPDX-License-Identifier: MIT */
/* Timers: a moment that the program computed is translated; a length is the
 * kernel's to keep. Either moves the clock when it is over (ltimer.h). */
#include <signal.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "call.h"
#include "ltime.h"
#include "ltimer.h"
#include "real.h"
#include "banned.h"

#define ROW(fn, text) \
	SOURCE(fn, .group = "clock", .policy = SB_FORCE, .doc = text)

ROW(timerfd_settime, "timer read by a descriptor");
ROW(timer_settime, "timer with a signal");
ROW(timer_delete, "end of a timer");
ROW(setitimer, "timer with a signal");
ROW(alarm, "timer with a signal, seconds");

static struct timespec spec(uint64_t ns)
{
	return (struct timespec){ (time_t)(ns / LTIME_SECOND),
				  (long)(ns % LTIME_SECOND) };
}

/* What the kernel is to be told. *left: of the last setting, by our clock. */
static struct itimerspec set(struct call *c, enum ltimer_kind kind, long id,
			     bool absolute, const struct itimerspec *its,
			     uint64_t *left)
{
	struct itimerspec real = *its;
	uint64_t in = ltime_ns(&its->it_value);
	/* Which clock the timer has is not told: a moment before 2000 can only
	 * be a monotonic one. */
	clockid_t clock = its->it_value.tv_sec < 946684800 ? CLOCK_MONOTONIC
							   : CLOCK_REALTIME;

	if (absolute && in) {
		uint64_t logical;

		real.it_value = ltime_deadline(c->self, clock, &its->it_value,
					       &logical);
		in = logical > c->self->clock ? logical - c->self->clock : 1;
	}
	*left = ltimer_set(c->self, kind, id, in, ltime_ns(&its->it_interval));
	return real;
}

EXPORT int timerfd_settime(int fd, int flags, const struct itimerspec *its,
			   struct itimerspec *old)
{
	struct call c;
	bool force = CALL(&c, timerfd_settime) == SB_FORCE;
	struct itimerspec real = *its;
	uint64_t left;
	int ret;

	if (force)
		real = set(&c, LTIMER_FD, fd, flags & TFD_TIMER_ABSTIME, its,
			   &left);
	ret = real_timerfd_settime(fd, flags, &real, old);
	if (force && ret == 0 && old)
		old->it_value = spec(left);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

EXPORT int timer_settime(timer_t id, int flags, const struct itimerspec *its,
			 struct itimerspec *old)
{
	struct call c;
	bool force = CALL(&c, timer_settime) == SB_FORCE;
	struct itimerspec real = *its;
	uint64_t left;
	int ret;

	if (force)
		real = set(&c, LTIMER_POSIX, (long)id, flags & TIMER_ABSTIME,
			   its, &left);
	ret = real_timer_settime(id, flags, &real, old);
	if (force && ret == 0 && old)
		old->it_value = spec(left);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

EXPORT int timer_delete(timer_t id)
{
	struct call c;
	int ret;

	if (CALL(&c, timer_delete) == SB_FORCE)
		ltimer_set(c.self, LTIMER_POSIX, (long)id, 0, 0);
	ret = real_timer_delete(id);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

static uint64_t timeval_ns(const struct timeval *tv)
{
	return (uint64_t)tv->tv_sec * LTIME_SECOND +
	       (uint64_t)tv->tv_usec * 1000;
}

EXPORT int setitimer(__itimer_which_t which,
		     const struct itimerval *restrict it,
		     struct itimerval *restrict old)
{
	struct call c;
	bool force = CALL(&c, setitimer) == SB_FORCE && it &&
		     which == ITIMER_REAL;
	uint64_t left = 0;
	int ret;

	if (force)
		left = ltimer_set(c.self, LTIMER_ITIMER, 0,
				  timeval_ns(&it->it_value),
				  timeval_ns(&it->it_interval));
	ret = real_setitimer(which, it, old);
	if (force && ret == 0 && old)
		old->it_value = (struct timeval){
			(time_t)(left / LTIME_SECOND),
			(suseconds_t)(left % LTIME_SECOND / 1000)
		};
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

EXPORT unsigned alarm(unsigned seconds)
{
	struct call c;
	uint64_t left = 0;
	unsigned rest;

	if (CALL(&c, alarm) == SB_FORCE) {
		left = ltimer_set(c.self, LTIMER_ITIMER, 0,
				  seconds * LTIME_SECOND, 0);
		real_alarm(seconds);
		/* As the kernel: to the nearest second, but never to none. */
		rest = (unsigned)((left + LTIME_SECOND / 2) / LTIME_SECOND);
		if (left && !rest)
			rest = 1;
	} else {
		rest = real_alarm(seconds);
	}
	call_end(&c, rest, 0);
	return rest;
}
