/* SPDX-License-Identifier: MIT */
#include <stdbool.h>

#include "config.h"
#include "ltime.h"
#include "process.h"
#include "real.h"
#include "sys.h"
#include "tape.h"
#include "timers.h"
#include "trap.h"
#include "banned.h"

#define CHECK_EVERY 1024u		/* readings, a power of two */
#define AHEAD (10 * 1000000ull)		/* ns that a clock may run ahead */
#define NAP (5 * 1000000ull)		/* ns, at most, a check */

static void hold_back(uint64_t t)
{
	uint64_t logical =
		t > process.clock_start ? t - process.clock_start : 0;
	uint64_t real = sys_now(CLOCK_MONOTONIC) - process.real_start;

	if (logical > real + AHEAD) {
		uint64_t ns = logical - real - AHEAD / 2;
		struct timespec nap = { 0, (long)(ns < NAP ? ns : NAP) };

		sys2(SYS_nanosleep, &nap, NULL);
	}
}

/* By the nanoseconds of its readings: who read last. Blocks of threads are
 * never unmapped. */
static struct thread *reader[LTIME_STEP];

/* Whose readings end like this; NULL: not known. Those of a recording are what
 * they were. */
static const struct thread *reader_of(uint64_t t)
{
	const struct thread *r;

	if (config.tape)
		return NULL;
	r = __atomic_load_n(&reader[t % LTIME_STEP], __ATOMIC_RELAXED);
	return r && r->mark == t % LTIME_STEP ? r : NULL;
}

/* From libc, which asks no system call. */
static int (*libc_now)(clockid_t, struct timespec *);

void ltime_start(void)
{
	libc_now = (int (*)(clockid_t, struct timespec *))real_find(
		"clock_gettime", NULL);
}

uint64_t ltime_real(void)
{
	struct timespec ts;
	uint64_t now;

	if (!trap_tsc && libc_now && !libc_now(CLOCK_MONOTONIC, &ts))
		now = ltime_ns(&ts);
	else
		now = sys_now(CLOCK_MONOTONIC);
	return now > config.origin ? now - config.origin : 0;
}

/* Under a recording: a clock that is real, or was. */
static bool read_tape(struct thread *self, uint64_t *t)
{
	if (!tape_clock(self, t))
		return false;
	if (*t > self->clock)
		self->clock = *t;
	self->fresh++;
	/* What others do in the meantime takes the time that it takes. */
	if (config.tape == TAPE_REPLAY && process.shared)
		hold_back(*t);
	return true;
}

uint64_t ltime_read(struct thread *self)
{
	uint64_t t;

	if (__builtin_expect(config.tape, 0) && read_tape(self, &t))
		return t;
	t = local_add(&self->clock, LTIME_STEP) + LTIME_STEP;

	if (!self->fresh)
		__atomic_store_n(&reader[self->mark], self, __ATOMIC_RELAXED);
	if (__builtin_expect(self->fresh++ % CHECK_EVERY == CHECK_EVERY - 1, 0) &&
	    process.shared)
		hold_back(t);
	return t + self->mark;
}

static uint64_t base(clockid_t clock)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_REALTIME_ALARM:
	case CLOCK_TAI:
		return config.start * LTIME_SECOND;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		return LTIME_BOOT * LTIME_SECOND;
	default: /* CPU time of a process or thread */
		return 0;
	}
}

/* Those of processes and threads have negative numbers; whether there is one,
 * the kernel says, and of others too. */
bool ltime_known(clockid_t clock)
{
	return (clock >= 0 && clock <= CLOCK_BOOTTIME) ||
	       sys2(SYS_clock_getres, clock, NULL) == 0;
}

struct timespec ltime_show(clockid_t clock, uint64_t t)
{
	t += base(clock);
	return (struct timespec){ (time_t)(t / LTIME_SECOND),
				  (long)(t % LTIME_SECOND) };
}

double ltime_seconds(struct thread *self)
{
	struct timespec ts = ltime_show(CLOCK_MONOTONIC, ltime_read(self));

	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

double ltime_tick(struct thread *self)
{
	(void)self;
	return 1e-9;
}

void ltime_advance(struct thread *self, uint64_t ns)
{
	local_add(&self->clock,
		  (ns + LTIME_STEP - 1) / LTIME_STEP * LTIME_STEP);
	self->fresh = 0;
}

void ltime_interrupted(struct thread *self, uint64_t ns, uint64_t rest)
{
	/* Counted with the timer's slack, more may be left than was asked for,
	 * and the clock never goes back: before the start it would be huge. */
	ltime_advance(self, ns > rest ? ns - rest : 0);
	ltime_woken(self);
}

void ltime_join(struct thread *self, uint64_t t)
{
	t -= t % LTIME_STEP; /* a reading's name is not time */
	if (t > self->clock)
		self->clock = t;
	self->fresh = 0;
}

void ltime_woken(struct thread *self)
{
	self->fresh = 0;
	timers_signalled(self);
}

uint64_t ltime_moment(clockid_t clock, const struct timespec *at)
{
	uint64_t ns = at->tv_sec < 0 ? 0 : ltime_ns(at), from = base(clock);

	return ns > from ? ns - from : 0;
}

struct timespec ltime_deadline(struct thread *self, clockid_t clock,
			       const struct timespec *deadline,
			       uint64_t *logical)
{
	uint64_t at = ltime_moment(clock, deadline);
	uint64_t own = self->clock, now = own, real;
	const struct thread *by;

	by = reader_of(at);
	if (config.tape == TAPE_RECORD) {
		now = ltime_real();
	} else if (by) {
		now = by->clock;
		/* Chance may have made these nanoseconds: then it must not
		 * become longer than the waiter's own clock says. */
		if (self->fresh && own > now && own < at)
			now = own;
	} else if (!self->fresh) {
		uint64_t highest = thread_highest();

		if (at >= highest)
			now = highest;
	}
	*logical = at;
	real = sys_now(clock) + (at > now ? at - now : 0);
	return (struct timespec){ (time_t)(real / LTIME_SECOND),
				  (long)(real % LTIME_SECOND) };
}

const struct timespec *moment_take(struct moment *m, struct thread *self,
				   bool force, clockid_t clock,
				   const struct timespec *deadline)
{
	m->forced = force && deadline && deadline->tv_nsec >= 0 &&
		    deadline->tv_nsec < (long)LTIME_SECOND;
	if (!m->forced)
		return deadline;
	m->real = ltime_deadline(self, clock, deadline, &m->logical);
	return &m->real;
}

void moment_passed(const struct moment *m, struct thread *self, bool vain)
{
	if (m->forced && vain)
		ltime_join(self, m->logical);
	else if (m->forced)
		ltime_woken(self);
}
