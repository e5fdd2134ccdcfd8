/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

#include "ltime.h"
#include "process.h"
#include "sys.h"
#include "timers.h"
#include "turnfd.h"
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
	bool held;	   /* the kernel does not know of it */
	bool ready;	   /* held, and its time has come */
} timers[TIMERS];
static unsigned armed, running;		       /* all, those of descriptors */
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
	running -= t->armed && t->kind == TIMER_DESCRIPTOR;
	t->armed = false;
}

/* Goes to its moment, and on to the next one; the kernel came `times` times. */
static uint64_t meet(struct timer *t, uint64_t times)
{
	uint64_t moment = t->next;

	t->ready = false;
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

	if (t->armed && t->held)
		return t->ready;
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

		*t = (struct timer){
			true,	  kind,
			id,	  first,
			interval, since + (first > now ? first - now : 0),
			false,	  false
		};
		armed++;
		running += kind == TIMER_DESCRIPTOR;
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

/* The signal's default would end the process, and wake nobody. */
static bool handled(int sig)
{
	struct {
		void *handler;
		unsigned long flags, restorer, mask;
	} now = { 0 };

	sys4(SYS_rt_sigaction, sig, NULL, &now, sizeof(now.mask));
	return now.handler != (void *)SIG_DFL && now.handler != (void *)SIG_IGN;
}

bool timers_awaited(void)
{
	for (const struct timer *t = timers; t < timers + TIMERS; t++)
		if (t->armed && (t->kind == TIMER_POSIX ||
				 (t->kind == TIMER_ALARM && handled(SIGALRM))))
			return true;
	return false;
}

void timers_closed(int fd)
{
	uint64_t mask = engine_lock();
	struct timer *t = find(TIMER_DESCRIPTOR, (uint64_t)fd);

	if (t)
		disarm(t);
	engine_unlock(mask);
}

bool timers_running(void)
{
	return __atomic_load_n(&running, __ATOMIC_RELAXED) != 0;
}

static bool among(const struct timer *t, const struct pollfd *fds, unsigned n)
{
	int fd = (int)t->id;

	if (!t->armed || t->kind != TIMER_DESCRIPTOR)
		return false;
	for (unsigned i = 0; i < n; i++)
		if (fds[i].fd == fd || turnfd_watches(fds[i].fd, fd))
			return true;
	return false;
}

static struct timespec spec(uint64_t ns)
{
	return (struct timespec){ (time_t)(ns / LTIME_SECOND),
				  (long)(ns % LTIME_SECOND) };
}

/* The kernel's; 0: none. False: it is no timer any more. */
static bool set_real(struct timer *t, uint64_t ns, uint64_t interval)
{
	struct itimerspec its = { spec(interval), spec(ns) };

	if (sys4(SYS_timerfd_settime, t->id, 0, &its, NULL) == 0)
		return true;
	disarm(t);
	return false;
}

/* Soon, but not at once. */
static void make_ready(struct timer *t)
{
	struct pollfd p = { (int)t->id, POLLIN, 0 };
	struct timespec limit = { 1, 0 };

	if (!set_real(t, 1, 0))
		return;
	while (sys6(SYS_ppoll, &p, 1, &limit, NULL, 8, 0) == -EINTR)
		;
	t->ready = true;
}

uint64_t timers_hold(uint64_t clock, const struct pollfd *fds, unsigned n)
{
	uint64_t mask = engine_lock(), next = UINT64_MAX;

	for (struct timer *t = timers; t < timers + TIMERS; t++) {
		if (!among(t, fds, n) || (!t->held && !set_real(t, 0, 0)))
			continue;
		t->held = true;
		if (!t->ready && t->next <= clock)
			make_ready(t);
		else if (!t->ready && t->next < next)
			next = t->next;
	}
	engine_unlock(mask);
	return next;
}

void timers_release(uint64_t clock, const struct pollfd *fds, unsigned n)
{
	uint64_t mask = engine_lock(), ns;

	for (struct timer *t = timers; t < timers + TIMERS; t++) {
		if (!among(t, fds, n) || !t->held || t->ready)
			continue;
		ns = t->next > clock ? t->next - clock : 1;
		t->held = false;
		t->real = sys_now(CLOCK_MONOTONIC) + ns;
		set_real(t, ns, t->interval);
	}
	engine_unlock(mask);
}

void timers_forked(void)
{
	for (struct timer *t = timers; t < timers + TIMERS; t++)
		if (t->kind != TIMER_DESCRIPTOR)
			disarm(t);
}
