/* SPDX-License-Identifier: MIT */
#include <linux/futex.h>
#include <string.h>

#include "config.h"
#include "ltime.h"
#include "process.h"
#include "stream.h"
#include "sys.h"
#include "turnpart.h"
#include "turntell.h"
#include "banned.h"

#define PROBE_EVERY 16u	 /* passes */
#define OUTER_EVERY 256u /* passes while one wants to go outside */
/* Time passes for who sleeps while others work, about as it really does: a pass
 * takes 5 us, ten of the calls that are counted 1 us. */
#define STEPS_A_PASS 5u
#define CALLS_A_STEP 10u

struct turn turn;

/* 0 free, 1 held, 2 held and waited for */
static int word;

uint64_t turn_lock(void)
{
	return word_take(&word);
}

long turn_futex(int *at, int op, int value, const struct timespec *limit)
{
	return sys6(SYS_futex, at, op, value, limit, NULL,
		    FUTEX_BITSET_MATCH_ANY);
}

/* Whoever is woken within the lock would only wait for it. */
void turn_unlock(uint64_t mask)
{
	struct thread *t = turn.nudge;
	bool idle = turn.idle;

	turn.nudge = NULL;
	word_give(&word, mask);
	if (t)
		turn_futex(&t->seat.go, FUTEX_WAKE_PRIVATE, 1, NULL);
	if (idle && !turn.looking)
		turn_futex(&turn.idle, FUTEX_WAKE_PRIVATE, 1, NULL);
}

void turn_fork_prepare(void)
{
	if (turn.on)
		while (__atomic_exchange_n(&word, 2, __ATOMIC_ACQUIRE))
			turn_futex(&word, FUTEX_WAIT_PRIVATE, 2, NULL);
}

void turn_fork_parent(void)
{
	if (turn.on) {
		__atomic_store_n(&word, 0, __ATOMIC_RELEASE);
		turn_futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL);
	}
}

void turn_forked(void)
{
	word = 0;
	if (!turn.on)
		return;
	memset(&turn, 0, sizeof(turn));
	turn_sleep_on();
	turn_pin_forked();
	turn_watch_forked();
	turntell_forked();
	if (thread_me && turn_waiting(thread_me))
		turn_resume(thread_me);
}

/* The k-th that is ready: the first, or one that the seed draws. */
static struct thread *choose(void)
{
	struct thread *t = turn.ready.first;
	uint64_t k;

	if (!t || !config.turns_seeded)
		return t;
	k = mix64(config.turns_seed, turn.draws++) % turn.ready.n;
	while (k--)
		t = t->seat.next;
	return t;
}

/* With a seed a thread may also be stopped within its work: as often after a
 * few calls as after many. */
unsigned turn_budget(void)
{
	uint64_t n;

	if (!config.turns_seeded)
		return TURN_BUDGET;
	n = mix64(~config.turns_seed, turn.draws++);
	return 1 + (unsigned)(n >> 8) % (1u << n % 13);
}

/* What has passed since the last grant. */
static uint64_t passed(void)
{
	unsigned calls =
		turn.granted > turn.budget ? turn.granted - turn.budget : 0;

	return LTIME_STEP * (STEPS_A_PASS + calls / CALLS_A_STEP);
}

static void grant(struct thread *t)
{
	seat_withdraw(t);
	seat_unlimit(t);
	turn.holder = t;
	turn.passes++;
	turn.clock += passed();
	turn.granted = turn.budget = turn_budget();
	if (turn.clock > t->clock)
		ltime_join(t, turn.clock);
	t->seat.state = SEAT_RUNNING;
	__atomic_store_n(&t->seat.go, GO_ON, __ATOMIC_RELEASE);
	if (t != thread_me || turn.looking)
		turn.nudge = t;
}

unsigned turn_probe(void)
{
	struct timespec none = { 0 };
	struct thread *t, *next;
	unsigned found = 0;

	for (t = turn.pollers.first; t; t = next) {
		next = t->seat.next;
		if (sys6(SYS_ppoll, t->seat.fds, t->seat.nfds, &none, NULL, 8,
			 0) <= 0)
			continue;
		seat_unblock(t, 0);
		found++;
	}
	return found;
}

/* Nobody can run: time passes, until the nearest limit, whose thread calls
 * again when its time has come. */
static void rest(void)
{
	struct thread *t = turn_nearest();

	if (!t)
		return;
	if ((!config.sleep_skip || t->seat.truly) &&
	    t->seat.real > sys_now(CLOCK_MONOTONIC))
		return;
	turn.clock = t->seat.until;
	turn.nearest = 0;
	turn_expire();
	grant(turn.ready.first);
}

const char turn_of_child[] = "a child";

static struct thread *first_outer(void)
{
	struct thread *t = turn.outer.first;

	while (t && t->seat.what == turn_of_child)
		t = t->seat.next;
	return t ? t : turn.outer.first;
}

/* Who wants to go outside comes last, but not never. */
static struct thread *outward(void)
{
	struct thread *t = first_outer();

	if (turn.ready.n && ++turn.passed_over < OUTER_EVERY)
		return choose();
	turn.passed_over = 0;
	if (t->seat.shared && turn.tired)
		t->seat.patience = TURN_SIGNAL_MS;
	t->seat.outer = true;
	t->seat.since = sys_now(CLOCK_MONOTONIC);
	return t;
}

void turn_dispatch(void)
{
	struct thread *t;

	if (turn.holder)
		return;
	turn_expire();
	if (turn.pollers.n && (!turn.ready.n || !(turn.passes % PROBE_EVERY)))
		turn_probe();
	t = turn.outer.n ? outward() : choose();
	if (t)
		grant(t);
	else if (turn.limits)
		rest();
	turn.idle = !turn.holder && turn.pollers.n;
}

void turn_seize(struct thread *t)
{
	if (t->clock > turn.clock)
		turn.clock = t->clock;
	t->seat.state = SEAT_OUTSIDE;
	turn.outside++;
	turn.holder = NULL;
}

void turn_arrived(void)
{
	if (turn.holder && turn.holder->seat.outer &&
	    turn.holder != thread_me)
		turn_seize(turn.holder);
	turn_dispatch();
}

void turn_give(struct thread *self)
{
	if (self->clock > turn.clock)
		turn.clock = self->clock - self->clock % LTIME_STEP;
	self->seat.outer = false;
	self->seat.go = GO_WAIT;
	if (turn.holder == self)
		turn.holder = NULL;
}

static bool waits_for(const struct thread *t, const void *key, uint32_t bits)
{
	return t->seat.key == key && (!t->seat.bits || t->seat.bits & bits);
}

unsigned turn_wake_within(const void *key, unsigned n, uint32_t bits)
{
	struct thread *t, *next;
	unsigned woken = 0;

	for (t = turn.waiting[turn_bucket(key)].first; t && woken < n;
	     t = next) {
		next = t->seat.next;
		if (!waits_for(t, key, bits))
			continue;
		seat_unblock(t, 0);
		woken++;
	}
	if (woken) {
		turn.yields = 0;
		turn_arrived();
	}
	return woken;
}

unsigned turn_wake(const void *key, unsigned n, uint32_t bits)
{
	unsigned woken;
	uint64_t mask;

	if (!turn_waited(key))
		return 0;
	mask = turn_lock();
	woken = turn_wake_within(key, n, bits);
	turn_unlock(mask);
	return woken;
}

unsigned turn_requeue(const void *key, unsigned n, const void *other,
		      unsigned m)
{
	unsigned woken = turn_wake(key, n, ~0u);
	struct thread *t, *next;
	uint64_t mask;

	if (!m || !turn_waited(key))
		return woken;
	mask = turn_lock();
	for (t = turn.waiting[turn_bucket(key)].first; t && m; t = next) {
		next = t->seat.next;
		if (t->seat.key != key)
			continue;
		seat_withdraw(t);
		t->seat.key = other;
		seat_append(&turn.waiting[turn_bucket(other)], t);
		m--;
		woken++;
	}
	turn_unlock(mask);
	return woken;
}

bool turn_writer(const void *key)
{
	struct thread *t = turn.waiting[turn_bucket(key)].first;
	uint64_t mask;
	bool found = false;

	if (!t)
		return false;
	mask = turn_lock();
	for (t = turn.waiting[turn_bucket(key)].first; t; t = t->seat.next)
		found |= t->seat.key == key && t->seat.writer;
	turn_unlock(mask);
	return found;
}
