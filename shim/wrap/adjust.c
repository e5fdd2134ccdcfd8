/* SPDX-License-Identifier: MIT */
/*
 * Setting the clock, and the kernel's clock discipline. Who reads the latter
 * reads the time, and how far off it may be; forced, the clock is exact.
 *
 * Forced, no clock is set: a program that may would set the machine's, for
 * everybody on it, to what it computed from ours. It is answered as it would
 * be, and its clock goes on.
 */
#include <errno.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>

#include "call.h"
#include "ltime.h"
#include "banned.h"

/* The header declares ntp_gettime under the other's name. */
int ntp_gettimex(struct ntptimeval *out);
int ntp_gettime_old(struct ntptimeval *out) __asm__("ntp_gettime");

#define ROW(fn, ...) \
	SOURCE(fn, .group = "clock", .policy = SB_FORCE, __VA_ARGS__)

ROW(adjtimex, .doc = "the clock's discipline, and the time");
ROW(ntp_adjtime, .doc = "the clock's discipline, and the time");
ROW(clock_adjtime, .doc = "a clock's discipline, and the time");
ROW(ntp_gettimex, .doc = "the time, and how far off it may be");
ROW(ntp_gettime_old, .symbol = "ntp_gettime",
    .doc = "the time, and how far off it may be; old binaries");

ROW(clock_settime, .doc = "sets a clock");
ROW(settimeofday, .doc = "sets the clock");
ROW(adjtime, .doc = "sets the clock little by little");

/* As the kernel answers who wants to set the clock. Without a time it looks at
 * the privilege and sets nothing. */
static int pretend(bool valid)
{
	long ret = valid ? sys2(SYS_settimeofday, NULL, NULL) : -EINVAL;

	if (ret == 0)
		return 0;
	errno = (int)-ret;
	return -1;
}

EXPORT int clock_settime(clockid_t clock, const struct timespec *ts)
{
	struct call c;
	bool force = CALL(&c, clock_settime) == SB_FORCE;
	int ret;

	if (force)
		ret = pretend(clock == CLOCK_REALTIME && ts->tv_sec >= 0 &&
			      ts->tv_nsec >= 0 &&
			      ts->tv_nsec < (long)LTIME_SECOND);
	else
		ret = real_clock_settime(clock, ts);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

EXPORT int settimeofday(const struct timeval *tv, const struct timezone *zone)
{
	struct call c;
	bool force = CALL(&c, settimeofday) == SB_FORCE;
	int ret;

	if (force)
		ret = pretend(!tv || (tv->tv_sec >= 0 && tv->tv_usec >= 0 &&
				      tv->tv_usec < 1000000));
	else
		ret = real_settimeofday(tv, zone);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

/* Nothing is ever left to be adjusted. */
EXPORT int adjtime(const struct timeval *by, struct timeval *left)
{
	struct call c;
	bool force = CALL(&c, adjtime) == SB_FORCE;
	int ret;

	if (force) {
		ret = by ? pretend(true) : 0;
		if (!ret && left)
			*left = (struct timeval){ 0, 0 };
	} else {
		ret = real_adjtime(by, left);
	}
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

static struct timeval shown(const struct timespec *ts, bool ns)
{
	return (struct timeval){ ts->tv_sec,
				 ns ? ts->tv_nsec : ts->tv_nsec / 1000 };
}

/* What is to be set is only read. */
static int read_only(bool force, struct timex *t)
{
	if (!force || !t->modes)
		return 0;
	if (pretend(true))
		return -1;
	t->modes = 0;
	return 0;
}

/* What was read, on an exact clock. */
static int exact(struct call *c, bool force, clockid_t clock, struct timex *t,
		 int ret)
{
	struct timespec now;

	if (force && ret >= 0) {
		now = ltime_show(clock, ltime_read(c->self));
		*t = (struct timex){
			.status = t->status & STA_NANO,
			.tick = 10000,
			.tolerance = t->tolerance,
			.precision = t->precision,
			.constant = t->constant,
			.time = shown(&now, t->status & STA_NANO),
		};
		ret = TIME_OK;
	}
	call_end(c, ret < 0 ? 0 : (uint64_t)t->time.tv_sec * LTIME_SECOND +
					  (uint64_t)t->time.tv_usec, 0);
	return ret;
}

EXPORT int adjtimex(struct timex *t)
{
	struct call c;
	bool force = CALL(&c, adjtimex) == SB_FORCE;
	int ret = read_only(force, t) ? -1 : real_adjtimex(t);

	return exact(&c, force, CLOCK_REALTIME, t, ret);
}

EXPORT int ntp_adjtime(struct timex *t)
{
	struct call c;
	bool force = CALL(&c, ntp_adjtime) == SB_FORCE;
	int ret = read_only(force, t) ? -1 : real_ntp_adjtime(t);

	return exact(&c, force, CLOCK_REALTIME, t, ret);
}

EXPORT int clock_adjtime(clockid_t clock, struct timex *t)
{
	struct call c;
	bool force = CALL(&c, clock_adjtime) == SB_FORCE;
	int ret = read_only(force, t) ? -1 : real_clock_adjtime(clock, t);

	return exact(&c, force, clock, t, ret);
}

static int told(struct call *c, bool force, struct ntptimeval *out, int ret)
{
	struct timespec now;

	if (force && ret >= 0) {
		now = ltime_show(CLOCK_REALTIME, ltime_read(c->self));
		out->time = shown(&now, false);
		out->maxerror = 0;
		out->esterror = 0;
		ret = TIME_OK;
	}
	call_end(c, ret < 0 ? 0 : (uint64_t)out->time.tv_sec * LTIME_SECOND +
					  (uint64_t)out->time.tv_usec, 0);
	return ret;
}

EXPORT int ntp_gettimex(struct ntptimeval *out)
{
	struct call c;
	bool force = CALL(&c, ntp_gettimex) == SB_FORCE;

	return told(&c, force, out, real_ntp_gettimex(out));
}

/* Its structure is shorter: the fields above are those that both have. */
EXPORT int ntp_gettime_old(struct ntptimeval *out)
{
	struct call c;
	bool force = CALL(&c, ntp_gettime_old) == SB_FORCE;

	return told(&c, force, out, real_ntp_gettime_old(out));
}

ALIAS(__adjtimex, adjtimex);
