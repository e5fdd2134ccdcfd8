/* SPDX-License-Identifier: MIT */
#include <poll.h>

#include "ltime.h"
#include "ltimer.h"
#include "process.h"
#include "sys.h"
#include "banned.h"

#define TIMERS 16 /* more are not followed */
/* ns: the kernel's moment was computed a little before ours. */
#define SLACK 1000000u

static struct timer {
	enum ltimer_kind kind;
	long id;
	struct thread *by;
	int pid; /* a forked child has none of them */
	uint64_t real;	  /* CLOCK_MONOTONIC; 0: not set */
	uint64_t logical; /* when its setter's clock shows it */
	uint64_t interval;
} timer[TIMERS];
unsigned ltimers;

/* Under the lock. */
static struct timer *find(enum ltimer_kind kind, long id)
{
	struct timer *unset = NULL;

	for (unsigned i = 0; i < ltimers; i++) {
		if (timer[i].kind == kind && timer[i].id == id)
			return &timer[i];
		if (!timer[i].real)
			unset = &timer[i];
	}
	if (!unset && ltimers < TIMERS)
		unset = &timer[ltimers];
	return unset;
}

static void expire(struct thread *self, const struct timer *t)
{
	uint64_t real = __atomic_load_n(&t->real, __ATOMIC_ACQUIRE);
	uint64_t at = t->logical, now;

	if (!real || t->pid != process.pid ||
	    (!t->interval && at <= self->clock))
		return;
	now = sys_now(CLOCK_MONOTONIC) + SLACK;
	if (now < real)
		return;
	if (t->interval)
		at += (now - real) / t->interval * t->interval;
	if (at > self->clock)
		ltime_join(self, at);
}

uint64_t ltimer_set(struct thread *self, enum ltimer_kind kind, long id,
		    uint64_t in, uint64_t interval)
{
	uint64_t mask = engine_lock();
	struct timer *t = find(kind, id);
	bool again = t && t->kind == kind && t->id == id && t->real;
	uint64_t left = 0;

	if (again && t->by == self)
		expire(self, t);
	if (again && t->logical > self->clock)
		left = t->logical - self->clock;
	if (t) {
		*t = (struct timer){ kind, id, self, process.pid, 0,
				     self->clock + in, interval };
		/* Last: readers look without the lock. */
		__atomic_store_n(&t->real,
				 in ? sys_now(CLOCK_MONOTONIC) + in : 0,
				 __ATOMIC_RELEASE);
		if (t == &timer[ltimers])
			__atomic_store_n(&ltimers, ltimers + 1,
					 __ATOMIC_RELEASE);
	}
	engine_unlock(mask);
	return left;
}

void ltimer_read(struct thread *self)
{
	for (unsigned i = 0; i < ltimers; i++)
		if (timer[i].by == self)
			expire(self, &timer[i]);
}

/* Also false for a descriptor that was closed, and serves another now. */
static bool readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return sys3(SYS_poll, &p, 1, 0) == 1 && p.revents == POLLIN;
}

void ltimer_woken(struct thread *self)
{
	for (unsigned i = 0; i < ltimers; i++)
		if (timer[i].kind == LTIMER_FD && timer[i].by != self &&
		    timer[i].real && readable((int)timer[i].id))
			expire(self, &timer[i]);
}
