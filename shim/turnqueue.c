/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "turnpart.h"
#include "banned.h"

void seat_clear(struct thread *t)
{
	memset(&t->seat, 0, sizeof(t->seat));
	t->seat.until = SEAT_EVER;
}

void seat_append(struct queue *q, struct thread *t)
{
	struct seat *s = &t->seat;

	s->queue = q;
	s->next = NULL;
	s->prev = q->last;
	if (q->last)
		q->last->seat.next = t;
	else
		q->first = t;
	q->last = t;
	q->n++;
}

void seat_withdraw(struct thread *t)
{
	struct seat *s = &t->seat;
	struct queue *q = s->queue;

	if (!q)
		return;
	if (s->prev)
		s->prev->seat.next = s->next;
	else
		q->first = s->next;
	if (s->next)
		s->next->seat.prev = s->prev;
	else
		q->last = s->prev;
	s->queue = NULL;
	q->n--;
}

void seat_limit(struct thread *t, uint64_t until)
{
	struct seat *s = &t->seat;

	s->until = until;
	if (until == SEAT_EVER)
		return;
	s->limited = true;
	s->sooner = NULL;
	s->later = turn.limits;
	if (turn.limits)
		turn.limits->seat.sooner = t;
	turn.limits = t;
	if (until < turn.nearest)
		turn.nearest = until;
}

void seat_unlimit(struct thread *t)
{
	struct seat *s = &t->seat;

	if (!s->limited)
		return;
	s->limited = false;
	if (s->sooner)
		s->sooner->seat.later = s->later;
	else
		turn.limits = s->later;
	if (s->later)
		s->later->seat.sooner = s->sooner;
}

void seat_ready(struct thread *t)
{
	t->seat.state = SEAT_READY;
	if (!t->seat.away)
		seat_append(&turn.ready, t);
}

void seat_unblock(struct thread *t, int why)
{
	seat_withdraw(t);
	seat_unlimit(t);
	t->seat.why = (uint8_t)why;
	seat_ready(t);
}

struct thread *turn_nearest(void)
{
	struct thread *t, *found = NULL;

	for (t = turn.limits; t; t = t->seat.later)
		if (!t->seat.away &&
		    (!found || t->seat.until <= found->seat.until))
			found = t;
	return found;
}

void turn_expire(void)
{
	struct thread *t, *next, *oldest;

	while (turn.limits && turn.nearest <= turn.clock) {
		oldest = NULL;
		turn.nearest = SEAT_EVER;
		for (t = turn.limits; t; t = next) {
			next = t->seat.later;
			if (t->seat.until <= turn.clock &&
			    (!oldest || t->seat.until <= oldest->seat.until))
				oldest = t;
			if (t->seat.until < turn.nearest)
				turn.nearest = t->seat.until;
		}
		if (oldest)
			seat_unblock(oldest, ETIMEDOUT);
	}
}
