/* SPDX-License-Identifier: MIT */
/* What the parts of the scheduler (turn.h) share: the queues (turnqueue.c), who
 * is next (turn.c), the waits (turnwait.c), the way outside (turnoutside.c), the
 * threads' lives (turnlife.c). All of it under turn_lock(), where nothing else is said. */
#ifndef SAMEBITS_TURNPART_H
#define SAMEBITS_TURNPART_H

#include "turn.h"

#define TURN_BUDGET 10000u /* calls that a thread may make in a row */

void seat_clear(struct thread *t);
void seat_append(struct queue *q, struct thread *t);
void seat_withdraw(struct thread *t); /* from the queue that it stands in */
/* Its wait ends at `until`, in logical ns; SEAT_EVER: never. */
void seat_limit(struct thread *t, uint64_t until);
void seat_unlimit(struct thread *t);
void seat_ready(struct thread *t);
/* Its wait is over; `why` as of turn_wait(). */
void seat_unblock(struct thread *t, int why);

/* Of those with the nearest limit the one that came first; NULL: none. */
struct thread *turn_nearest(void);
/* Whose limit has passed, is ready; the next one is to be found again. */
void turn_expire(void);
/* Calls for who gets the turn next. */
unsigned turn_budget(void);
/* Somebody became ready without having been woken by who has the turn. */
void turn_arrived(void);
/* Without the turn, but for a handler. */
bool turn_waiting(const struct thread *self);
/* In a forked child whose one thread is within a wait, in a handler. */
void turn_resume(struct thread *self);
/* By who has the turn, or had it. */
void turn_give(struct thread *self);

/* Without the lock: until the caller has the turn. `w`: what else ends it.
 * `real`: when it is to see whether nobody else can run, in ns of
 * CLOCK_MONOTONIC; 0: never. */
void turn_await(struct thread *self, const struct want *w, uint64_t real);
/* Without the lock, by who has just got the turn: waits until the kernel has let
 * go who ended last, whose memory is then used again: always by the next one. */
void turn_bury(struct thread *self);
/* Without the lock, by who has just got the turn: what the watchdog has to say. */
void turn_tell(const struct thread *self);
/* Whoever has sent the caller a signal may go on: its handler is done. */
void turn_answer(struct thread *self);
/* futex(2), raw; `limit` as the operation takes it. */
long turn_futex(int *at, int op, int value, const struct timespec *limit);

#endif
