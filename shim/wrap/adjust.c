/* SPDX-License-Identifier: MIT */
/*
 * The kernel's clock discipline. Who reads it reads the time, and how far off
 * it may be; forced, the clock is exact. Adjusting the clock, which needs
 * privilege, is left to the kernel.
 */
#include <string.h>
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

static struct timeval shown(const struct timespec *ts, bool ns)
{
	return (struct timeval){ ts->tv_sec,
				 ns ? ts->tv_nsec : ts->tv_nsec / 1000 };
}

/* What was read, on an exact clock. */
static int exact(struct call *c, bool force, clockid_t clock, struct timex *t,
		 int ret)
{
	struct timespec now;

	if (force && ret >= 0 && !t->modes) {
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

	return exact(&c, force, CLOCK_REALTIME, t, real_adjtimex(t));
}

EXPORT int ntp_adjtime(struct timex *t)
{
	struct call c;
	bool force = CALL(&c, ntp_adjtime) == SB_FORCE;

	return exact(&c, force, CLOCK_REALTIME, t, real_ntp_adjtime(t));
}

EXPORT int clock_adjtime(clockid_t clock, struct timex *t)
{
	struct call c;
	bool force = CALL(&c, clock_adjtime) == SB_FORCE;

	return exact(&c, force, clock, t, real_clock_adjtime(clock, t));
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
