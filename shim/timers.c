/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <time.h>

#include "ltime.h"
#include "process.h"
#include "sys.h"
#include "timers.h"
#include "banned.h"

#define TIMERS 64
#define DESCRIPTORS 1024

static struct timer {
	bool armed;
	enum timer_kind kind;
	uint64_t id;
	uint64_t next;	   /* logical ns since the start */
	uint64_t interval; /* ns */
	uint64_t real;	   /* CLOCK_MONOTONIC ns of `next` */
} timers[TIMERS];
static unsigned armed;
static uint64_t descriptors[DESCRIPTORS / 64]; /* that ever had a timer */

/* Its place, or a free one; NULL: none. */
static struct timer *find(enum timer_kind kind, uint64_t id)
{
	struct timer *free = NULL;

	for (struct timer *t = timers; t < timers + TIMERS; t++) {
		if (t->armed && t->kind == kind && t->id == id)
			return t;
		if (!t->armed && !free)
			free = t;
	}
	return free;
}

static void disarm(struct timer *t)
{
	armed -= t->armed;
	t->armed = false;
}

/* Goes to its moment, and on to the next one; the kernel came `times` times. */
static uint64_t meet(struct timer *t, uint64_t times)
{
	uint64_t moment = t->next;

	if (t->interval) {
		t->next += t->interval;
		t->real += times * t->interval;
	} else {
		disarm(t);
	}
	return moment;
}

/* How often it has gone off since it was met. */
static uint64_t gone_off(const struct timer *t)
{
	uint64_t now = t->armed ? sys_now(CLOCK_MONOTONIC) : 0;

	if (!t->armed || now < t->real)
		return 0;
	return t->interval ? 1 + (now - t->real) / t->interval : 1;
}

/* As the kernel: what is armed has something left. */
static uint64_t left(const struct thread *self, const struct timer *t)
{
	if (!t || !t->armed)
		return 0;
	return t->next > self->clock ? t->next - self->clock : 1;
}

uint64_t timers_set(struct thread *self, enum timer_kind kind, uint64_t id,
		    uint64_t first, uint64_t interval, uint64_t since)
{
	uint64_t mask = engine_lock(), moment = 0, rest;
	struct timer *t = find(kind, id);

	if (t && gone_off(t))
		moment = meet(t, 1);
	rest = left(self, t);
	if (t)
		disarm(t);
	if (t && first) {
		uint64_t now = self->clock;

		*t = (struct timer){ true, kind, id, first, interval,
				     since + (first > now ? first - now
							  : 0) };
		armed++;
	}
	engine_unlock(mask);
	ltime_join(self, moment);
	return rest;
}

uint64_t timers_left(struct thread *self, enum timer_kind kind, uint64_t id)
{
	uint64_t mask = engine_lock(), rest, times, moment = 0;
	struct timer *t = find(kind, id);

	times = t ? gone_off(t) : 0;
	if (times)
		moment = meet(t, times);
	rest = left(self, t);
	engine_unlock(mask);
	ltime_join(self, moment);
	return rest;
}

void timers_signalled(struct thread *self)
{
	uint64_t mask, moment = 0;

	if (!__atomic_load_n(&armed, __ATOMIC_RELAXED))
		return;
	mask = engine_lock();
	for (struct timer *t = timers; t < timers + TIMERS; t++) {
		uint64_t times = t->kind == TIMER_DESCRIPTOR ? 0 : gone_off(t);
		uint64_t m = times ? meet(t, times) : 0;

		if (m > moment)
			moment = m;
	}
	engine_unlock(mask);
	ltime_join(self, moment);
}

void timers_read(struct thread *self, int fd, uint64_t expirations)
{
	uint64_t mask = engine_lock(), moment = 0;
	struct timer *t = find(TIMER_DESCRIPTOR, (uint64_t)fd);

	/* Else another file has the number now. */
	if (t && gone_off(t) && expirations)
		moment = meet(t, expirations);
	engine_unlock(mask);
	ltime_join(self, moment);
}

void timers_note(int fd)
{
	if ((unsigned)fd < DESCRIPTORS)
		__atomic_or_fetch(&descriptors[fd / 64], 1ull << fd % 64,
				  __ATOMIC_RELAXED);
}

bool timers_descriptor(int fd)
{
	return (unsigned)fd < DESCRIPTORS &&
	       descriptors[fd / 64] >> fd % 64 & 1;
}

void timers_forked(void)
{
	for (struct timer *t = timers; t < timers + TIMERS; t++)
		if (t->kind != TIMER_DESCRIPTOR)
			disarm(t);
}
