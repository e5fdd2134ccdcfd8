/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/futex.h>
#include <string.h>

#include "config.h"
#include "crew.h"
#include "log.h"
#include "ltime.h"
#include "process.h"
#include "procstate.h"
#include "sys.h"
#include "text.h"
#include "thread.h"
#include "banned.h"

#define SPINS 100 /* before the kernel is asked to wait for the lock */
#define NAP 100000 /* ns */

__thread struct hand *hand_me;

static long futex(int *at, int op, int value, const struct timespec *limit)
{
	return sys4(SYS_futex, at, op, value, limit);
}

/* Signals are not blocked, which would cost two system calls a pass: nothing
 * that a handler may call comes here. */
static void lock(struct crew *c)
{
	int was = 0;

	for (int i = 0; i < SPINS; i++) {
		was = 0;
		if (__atomic_compare_exchange_n(&c->word, &was, 1, false,
						__ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return;
		__builtin_ia32_pause();
	}
	while (__atomic_exchange_n(&c->word, 2, __ATOMIC_ACQUIRE))
		futex(&c->word, FUTEX_WAIT_PRIVATE, 2, NULL);
}

static void unlock(struct crew *c)
{
	struct hand *h = c->nudge;

	c->nudge = NULL;
	if (__atomic_exchange_n(&c->word, 0, __ATOMIC_RELEASE) == 2)
		futex(&c->word, FUTEX_WAKE_PRIVATE, 1, NULL);
	if (h)
		futex(&h->go, FUTEX_WAKE_PRIVATE, 1, NULL);
}

static void ready(struct crew *c, struct hand *h)
{
	h->next = NULL;
	if (c->last)
		c->last->next = h;
	else
		c->first = h;
	c->last = h;
}

static void dispatch(struct crew *c)
{
	struct hand *h = c->first;

	if (c->holder || !h)
		return;
	c->first = h->next;
	if (!c->first)
		c->last = NULL;
	c->holder = h;
	c->passes++;
	__atomic_store_n(&h->go, 1, __ATOMIC_RELEASE);
	if (h != hand_me)
		c->nudge = h;
}

struct seen {
	struct hand *holder;
	uint64_t passes, since, moved, first, last;
};

static void look(struct crew *c, struct seen *s)
{
	uint64_t now = sys_now(CLOCK_MONOTONIC), cpu;
	struct hand *h = c->holder;

	if (!h)
		return;
	cpu = thread_cpu(h->tid);
	if (h != s->holder || c->passes != s->passes) {
		*s = (struct seen){ h, c->passes, now, now, cpu, cpu };
		return;
	}
	if (cpu != s->last)
		s->moved = now;
	s->last = cpu;
	if (!c->first ||
	    (cpu - s->first < config.patience * PATIENCE_OF_MEMBERS *
				      LTIME_SECOND &&
	     (now - s->moved < config.external_wait * 1000000u ||
	      !thread_sleeping(h->tid))))
		return;
	c->holder = NULL;
	c->taken++;
	dispatch(c);
}

static void tell(struct crew *c)
{
	uint64_t mask;

	if (!c->taken || c->told)
		return;
	c->told = true;
	mask = engine_lock();
	log_blind("busy-loop",
		  "a member of an OpenMP region slept or ran for long without "
		  "a call that lets others run: when these went on is not "
		  "repeated");
	engine_unlock(mask);
}

/* Who waits looks after who runs. */
static void await(struct hand *h, bool watch)
{
	static const struct timespec moment = { 0, 250000000 };
	struct crew *c = h->crew;
	struct seen seen = { 0 };

	while (!__atomic_load_n(&h->go, __ATOMIC_ACQUIRE)) {
		if (futex(&h->go, FUTEX_WAIT_PRIVATE, 0,
			  watch ? &moment : NULL) != -ETIMEDOUT)
			continue;
		lock(c);
		look(c, &seen);
		unlock(c);
	}
	h->go = 0;
	tell(c);
}

/* As the scheduler does it: who takes over has seen what the others have. */
static void in_time(struct hand *h, uint64_t clock)
{
	if (h->thread && clock > h->thread->clock)
		ltime_join(h->thread, clock);
}

static uint64_t time_of(const struct hand *h)
{
	return h->thread ? h->thread->clock : 0;
}

void crew_take_slow(struct hand *h)
{
	struct crew *c = h->crew;
	int saved = errno;

	lock(c);
	ready(c, h);
	dispatch(c);
	unlock(c);
	await(h, true);
	errno = saved;
}

static void turns_wait(struct hand *h, const void *key, const char *what)
{
	struct want w = { .key = key, .what = what, .until = SEAT_EVER };

	if (turn_take())
		turn_wait(h->thread, &w);
}

static void wait(struct hand *h, const void *key, const char *what, bool watch)
{
	static const struct timespec nap = { 0, NAP };
	struct crew *c = h->crew;
	int saved = errno;

	if (!c) { /* for somebody of no region */
		sys2(SYS_nanosleep, &nap, NULL);
		return;
	}
	if (c->turns) {
		turns_wait(h, key, what);
		return;
	}
	lock(c);
	if (c->holder == h)
		c->holder = NULL;
	h->key = key;
	h->what = what;
	h->next = c->waiting;
	c->waiting = h;
	dispatch(c);
	unlock(c);
	await(h, watch);
	errno = saved;
}

void crew_wait(struct hand *h, const void *key, const char *what)
{
	wait(h, key, what, true);
}

void crew_rest(struct hand *h, const void *key)
{
	wait(h, key, "an OpenMP region", false);
}

/* The list has who came last in front: the first of all is found by going
 * through to its end. */
static struct hand *withdraw(struct crew *c, const void *key)
{
	struct hand **at, **found = NULL, *h;

	for (at = &c->waiting; *at; at = &(*at)->next)
		if ((*at)->key == key)
			found = at;
	if (!found)
		return NULL;
	h = *found;
	*found = h->next;
	return h;
}

void crew_wake(struct crew *c, const void *key)
{
	struct hand *h;

	if (!c)
		return;
	if (c->turns) {
		turn_wake(key, UINT_MAX, ~0u);
		return;
	}
	lock(c);
	while ((h = withdraw(c, key))) {
		if (hand_me)
			in_time(h, time_of(hand_me));
		ready(c, h);
	}
	dispatch(c);
	unlock(c);
}

void crew_yield(struct hand *h)
{
	struct crew *c = h->crew;
	int saved = errno;

	if (!c)
		return;
	if (c->turns) {
		if (turn_take())
			turn_yield(h->thread);
		return;
	}
	crew_take(h);
	lock(c);
	if (!c->first) {
		unlock(c);
		return;
	}
	c->holder = NULL;
	ready(c, h);
	dispatch(c);
	unlock(c);
	await(h, true);
	errno = saved;
}

void crew_join(struct crew *c, struct hand *h)
{
	h->crew = c;
	if (c->turns)
		return;
	lock(c);
	ready(c, h);
	dispatch(c);
	unlock(c);
}

void crew_first(struct hand *h)
{
	if (!h->crew->turns)
		await(h, true);
}

void crew_leave(struct hand *h)
{
	struct crew *c = h->crew;

	if (!c || c->turns)
		return;
	lock(c);
	if (c->holder == h)
		c->holder = NULL;
	dispatch(c);
	unlock(c);
}
