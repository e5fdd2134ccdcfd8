/* SPDX-License-Identifier: MIT */
/* Readings of the time, and sleeps. */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/timeb.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include "call.h"
#include "ltime.h"
#include "real.h"
#include "trap.h"
#include "turn.h"
#include "banned.h"

/* Old programs call ftime(), which new ones are warned of. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#define ROW(fn, text) \
	SOURCE(fn, .group = "clock", .policy = SB_FORCE, .doc = text)

ROW(time, "seconds since 1970");
ROW(gettimeofday, "microseconds since 1970");
ROW(ftime, "milliseconds since 1970");
ROW(clock_gettime, "any clock");
ROW(clock_getres, "resolution of a clock");
ROW(clock, "processor time");
ROW(times, "processor times in ticks");
ROW(timespec_get, "C11 calendar time");
ROW(getrusage, "processor time and memory use");
ROW(sleep, "sleep, seconds");
ROW(usleep, "sleep, microseconds");
ROW(nanosleep, "sleep, nanoseconds");
ROW(clock_nanosleep, "sleep on a clock");

/* Under logical time the call itself shows what was read. */
static uint64_t read_ns(struct thread *self, clockid_t clock)
{
	struct timespec ts = ltime_show(clock, ltime_read(self));

	return ltime_ns(&ts);
}

EXPORT time_t time(time_t *out)
{
	struct call c;
	time_t t;

	turn_look();
	if (CALL(&c, time) == SB_FORCE)
		t = (time_t)(config.start + ltime_read(c.self) / LTIME_SECOND);
	else if (real_time)
		t = real_time(NULL);
	else
		t = (time_t)(sys_now(CLOCK_REALTIME) / LTIME_SECOND);
	if (out)
		*out = t;
	call_end(&c, (uint64_t)t, 0);
	return t;
}

/* The header says that tv is never NULL; the kernel and old programs differ. */
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wnonnull-compare"
#else
#pragma clang diagnostic ignored "-Wpointer-bool-conversion"
#endif

EXPORT int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	struct call c;
	uint64_t ns = 0;
	int ret = 0;

	turn_look();
	if (CALL(&c, gettimeofday) == SB_FORCE) {
		ns = read_ns(c.self, CLOCK_REALTIME);
		if (tv)
			*tv = (struct timeval){
				(time_t)(ns / LTIME_SECOND),
				(suseconds_t)(ns % LTIME_SECOND / 1000)
			};
		if (zone)
			memset(zone, 0, sizeof(struct timezone));
	} else {
		ret = trap_tsc ? (int)sys2(SYS_gettimeofday, tv, zone)
			       : real_gettimeofday(tv, zone);
		if (tv)
			ns = (uint64_t)tv->tv_sec * LTIME_SECOND +
			     (uint64_t)tv->tv_usec * 1000;
	}
	call_end(&c, ns, 0);
	return ret;
}

ALIAS(__gettimeofday, gettimeofday);

EXPORT int ftime(struct timeb *out)
{
	struct call c;
	uint64_t ns;
	int ret = 0;

	if (CALL(&c, ftime) == SB_FORCE) {
		ns = read_ns(c.self, CLOCK_REALTIME);
		*out = (struct timeb){
			.time = (time_t)(ns / LTIME_SECOND),
			.millitm = (unsigned short)(ns % LTIME_SECOND / 1000000)
		};
	} else {
		ret = real_ftime(out);
	}
	call_end(&c, (uint64_t)out->time * 1000 + out->millitm, 0);
	return ret;
}

EXPORT int clock_gettime(clockid_t clock, struct timespec *ts)
{
	struct call c;
	int ret = 0;

	turn_look();
	if (CALL(&c, clock_gettime) == SB_FORCE && ltime_known(clock))
		*ts = ltime_show(clock, ltime_read(c.self));
	else if (real_clock_gettime && !trap_tsc)
		ret = real_clock_gettime(clock, ts);
	else
		ret = (int)sys2(SYS_clock_gettime, clock, ts);
	call_end(&c, ret ? 0 : ltime_ns(ts), 0);
	return ret;
}

EXPORT int clock_getres(clockid_t clock, struct timespec *ts)
{
	struct call c;
	int ret = 0;

	if (CALL(&c, clock_getres) == SB_FORCE && ltime_known(clock)) {
		if (ts)
			*ts = (struct timespec){ 0, 1 };
	} else {
		ret = real_clock_getres(clock, ts);
	}
	call_end(&c, ret || !ts ? 0 : ltime_ns(ts), 0);
	return ret;
}

EXPORT clock_t clock(void)
{
	struct call c;
	clock_t t;

	turn_look();
	if (CALL(&c, clock) == SB_FORCE)
		t = (clock_t)(ltime_read(c.self) / 1000);
	else
		t = real_clock();
	call_end(&c, (uint64_t)t, 0);
	return t;
}

EXPORT clock_t times(struct tms *buf)
{
	struct call c;
	clock_t t;

	if (CALL(&c, times) == SB_FORCE) {
		uint64_t now = ltime_read(c.self);
		uint64_t tick = LTIME_SECOND / (uint64_t)sysconf(_SC_CLK_TCK);

		if (buf)
			*buf = (struct tms){
				.tms_utime = (clock_t)(now / tick)
			};
		t = (clock_t)((now + LTIME_BOOT * LTIME_SECOND) / tick);
	} else {
		t = real_times(buf);
	}
	call_end(&c, (uint64_t)t, 0);
	return t;
}

EXPORT int timespec_get(struct timespec *ts, int kind)
{
	struct call c;
	int ret = kind;

	if (CALL(&c, timespec_get) == SB_FORCE && kind == TIME_UTC)
		*ts = ltime_show(CLOCK_REALTIME, ltime_read(c.self));
	else
		ret = real_timespec_get(ts, kind);
	call_end(&c, ret ? ltime_ns(ts) : 0, 0);
	return ret;
}

/* Times are logical; memory, faults and switches are not the program's data
 * and differ between runs: zero. */
EXPORT int getrusage(__rusage_who_t who, struct rusage *use)
{
	struct call c;
	bool force = CALL(&c, getrusage) == SB_FORCE;
	int ret = real_getrusage(who, use);
	uint64_t ns = 0;

	if (ret == 0 && force) {
		ns = who == RUSAGE_CHILDREN ? 0 : ltime_read(c.self);
		memset(use, 0, sizeof(*use));
		use->ru_utime.tv_sec = (time_t)(ns / LTIME_SECOND);
		use->ru_utime.tv_usec =
			(suseconds_t)(ns % LTIME_SECOND / 1000);
	} else if (ret == 0) {
		ns = (uint64_t)use->ru_utime.tv_sec * LTIME_SECOND +
		     (uint64_t)use->ru_utime.tv_usec * 1000;
	}
	call_end(&c, ns, 0);
	return ret;
}

/* A sleep of some length; error: 0 or what ended it. */
static void slept(struct thread *self, const struct timespec *ts,
		  const struct timespec *rest, int error)
{
	if (!error)
		ltime_advance(self, ltime_ns(ts));
	else if (error == EINTR)
		ltime_interrupted(self, ltime_ns(ts), ltime_ns(rest));
}

EXPORT unsigned sleep(unsigned seconds)
{
	struct call c;
	bool force = CALL(&c, sleep) == SB_FORCE;
	struct timespec ts = { seconds, 0 }, rem = { 0 };
	int saved = errno;
	unsigned rest;

	switch (turn_nap(&ts, &rem)) {
	case 0:
		call_end(&c, seconds, 0);
		return 0;
	case EINTR:
		call_end(&c, seconds, 0);
		return (unsigned)rem.tv_sec + (rem.tv_nsec > 0);
	}
	errno = 0;
	rest = real_sleep(seconds);
	/* Interrupted in its last second it returns 0 too. */
	if (errno == EINTR) {
		if (force)
			ltime_woken(c.self);
	} else {
		errno = saved;
		if (force)
			ltime_advance(c.self, seconds * LTIME_SECOND);
	}
	call_end(&c, seconds, 0);
	return rest;
}

EXPORT int usleep(useconds_t us)
{
	struct call c;
	bool force = CALL(&c, usleep) == SB_FORCE;
	struct timespec ts = { us / 1000000, us % 1000000 * 1000 };
	int ret = turn_nap(&ts, NULL);

	if (ret != NOT_OURS) {
		call_end(&c, us, 0);
		return sys_result(-ret);
	}
	ret = real_usleep(us);

	/* How long an interrupted one was is not told. */
	if (force && ret == 0)
		ltime_advance(c.self, us * 1000ull);
	else if (force)
		ltime_woken(c.self);
	call_end(&c, us, 0);
	return ret;
}

EXPORT int nanosleep(const struct timespec *ts, struct timespec *rem)
{
	struct call c;
	struct timespec rest = { 0 };
	bool force = CALL(&c, nanosleep) == SB_FORCE;
	int ret = turn_nap(ts, rem);

	if (ret != NOT_OURS) {
		call_end(&c, ltime_ns(ts), 0);
		return sys_result(-ret);
	}
	ret = real_nanosleep(ts, &rest);
	if (force)
		slept(c.self, ts, &rest, ret ? errno : 0);
	call_end(&c, ltime_ns(ts), 0);
	if (ret && rem && errno == EINTR)
		*rem = rest;
	return ret;
}

EXPORT int clock_nanosleep(clockid_t clock, int flags,
			   const struct timespec *ts, struct timespec *rem)
{
	struct call c;
	bool force = CALL(&c, clock_nanosleep) == SB_FORCE;
	struct timespec rest = { 0 };
	struct moment m;
	int ret;

	ret = turn_clock_nap(force, clock, flags, ts, rem);
	if (ret != NOT_OURS) {
		call_end(&c, ltime_ns(ts), 0);
		return ret;
	}
	if (flags & TIMER_ABSTIME) {
		ret = real_clock_nanosleep(
			clock, flags, moment_take(&m, c.self, force, clock, ts),
			NULL);
		moment_passed(&m, c.self, ret == 0);
	} else {
		ret = real_clock_nanosleep(clock, flags, ts, &rest);
		if (force)
			slept(c.self, ts, &rest, ret);
	}
	call_end(&c, ltime_ns(ts), 0);
	if (ret == EINTR && rem && !(flags & TIMER_ABSTIME))
		*rem = rest;
	return ret;
}

ALIAS(__nanosleep, nanosleep);
