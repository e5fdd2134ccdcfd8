/* SPDX-License-Identifier: MIT */
/*
 * Locks and critical regions. Whoever finds one held lets the other members of
 * its crew go on; where there are none, who holds it is of another crew, or in
 * no region, and is waited for as anybody does.
 */
#include <linux/futex.h>

#include "sys.h"
#include "team.h"
#include "banned.h"

enum { FREE, HELD, WANTED };
#define RETRY_COST 64 /* of the budget: who tries in vain, goes round */

static bool take(int *word)
{
	int was = FREE;

	return __atomic_compare_exchange_n(word, &was, HELD, false,
					   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* In turns: who lets it go wakes us. */
static void wait_turn(struct thread *self, int *word)
{
	struct want w = { .key = word, .what = "an OpenMP lock",
			  .until = SEAT_EVER };

	turn_spend(self, 1);
	while (!take(word))
		turn_wait(self, &w);
}

/* WANTED stays: who comes after is woken in turn. */
static bool wait_kernel(int *word)
{
	static const struct timespec moment = { 0, 1000000 };

	if (__atomic_exchange_n(word, WANTED, __ATOMIC_ACQUIRE) == FREE)
		return true;
	sys4(SYS_futex, word, FUTEX_WAIT_PRIVATE, WANTED, &moment);
	return __atomic_exchange_n(word, WANTED, __ATOMIC_ACQUIRE) == FREE;
}

void team_lock(int *word)
{
	struct hand *h = hand_me;
	struct thread *self;

	if (turn_on && (self = turn_take())) {
		wait_turn(self, word);
		return;
	}
	if (h)
		crew_take(h);
	while (!take(word)) {
		if (h && h->crew && h->crew->first)
			crew_yield(h);
		else if (wait_kernel(word))
			return;
	}
}

bool team_trylock(int *word)
{
	struct hand *h = hand_me;
	struct thread *self = turn_on ? turn_take() : NULL;
	bool had;

	if (h)
		crew_take(h);
	had = take(word);
	if (self)
		turn_spend(self, had ? 1 : RETRY_COST);
	else if (!had && h)
		crew_yield(h);
	return had;
}

void team_unlock(int *word)
{
	if (__atomic_exchange_n(word, FREE, __ATOMIC_RELEASE) == WANTED)
		sys3(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1);
	if (turn_on && turn_waited(word))
		turn_wake(word, 1, ~0u);
}

const void *team_owner(void)
{
	struct member *m = member_me();

	return m ? (const void *)m->task : (const void *)thread_me;
}
