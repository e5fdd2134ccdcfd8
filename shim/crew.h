/* SPDX-License-Identifier: MIT */
/*
 * Who of an OpenMP region's members runs, for --openmp=ordered: one at a time,
 * until it waits for another one. Under --schedule=turns that is the process's
 * one turn (turn.h). Without, each thread of the program that opens regions has
 * a crew of its own: itself and all that work in its regions and in those
 * within. They hand a baton on among them.
 *
 * What the members share is changed by who has the baton, without a lock. A
 * member from which it was taken, as it slept or ran for ever, takes it again
 * at its next call.
 */
#ifndef SAMEBITS_CREW_H
#define SAMEBITS_CREW_H

#include <stdbool.h>
#include <stdint.h>

#include "turn.h"

/* A member of a region may compute for so many times --patience. */
#define PATIENCE_OF_MEMBERS 30

struct member;
struct hand;

struct crew {
	int word; /* its lock */
	bool turns; /* the scheduler's turn is its baton */
	struct hand *holder;
	struct hand *first, *last; /* ready, in the order they became so */
	struct hand *waiting;
	struct hand *nudge; /* to be woken once the lock is released */
	struct hand *owner; /* that it lies in */
	unsigned hands;
	uint64_t passes;
	unsigned taken; /* times that the baton was taken from somebody */
	bool told;
};

/* A thread that is, or was, in a region. */
struct hand {
	struct member *at; /* NULL: in none */
	struct crew *crew; /* NULL: alone, in regions of one */
	struct crew own;   /* of the regions that it opens by itself */
	struct thread *thread;
	int tid;
	/* In its crew: */
	int go; /* futex: has the baton */
	struct hand *next;
	const void *key;
	const char *what;
	/* As one who works for somebody: */
	struct member *job;
	bool quit;
	/* Those who work for it. */
	struct hand **helpers;
	unsigned nhelpers, room;
	unsigned engaged; /* of them, the first ones, by regions around */
	struct team *spare;
	unsigned generation; /* of forks, when those were made */
};

extern __thread struct hand *hand_me __attribute__((tls_model("initial-exec")));

void crew_take_slow(struct hand *h);
/* Its member goes on only with the baton. */
static inline void crew_take(struct hand *h)
{
	struct crew *c = h->crew;

	if (!c)
		return;
	if (c->turns)
		turn_take();
	else if (__builtin_expect(c->holder != h, 0))
		crew_take_slow(h);
}

/* Gives the baton away until somebody wakes `key`: maybe for nothing. */
void crew_wait(struct hand *h, const void *key, const char *what);
/* The same of a hand that nobody has work for: for how long it likes. */
void crew_rest(struct hand *h, const void *key);
/* All that wait for it there. From any thread. */
void crew_wake(struct crew *c, const void *key);
/* Others go first, if there are any. */
void crew_yield(struct hand *h);
/* The program gives way by other means. */
static inline void crew_pause(void)
{
	if (__builtin_expect(hand_me != NULL, 0) && hand_me->at)
		crew_yield(hand_me);
}
/* A new one, which will wait in crew_first(). */
void crew_join(struct crew *c, struct hand *h);
void crew_first(struct hand *h);
/* It ends, or leaves for ever. */
void crew_leave(struct hand *h);

#endif
