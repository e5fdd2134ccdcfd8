/* SPDX-License-Identifier: MIT */
/* Orders of the threads' turns: the runs that try them, and what they show. */
#ifndef SAMEBITS_ORDERS_H
#define SAMEBITS_ORDERS_H

#include "repeat.h"

/* A trial in turns, in the order of this schedule seed; 0: in the plain one.
 * The trial points into it. */
struct order {
	struct trial trial;
	const char *option[136];
	char seed[24];
};
void order_make(struct order *o, const struct trial *from, uint64_t seed);
/* The same as the system lets the threads run: without what is said of turns.
 */
void order_none(struct order *o, const struct trial *from);
/* `samebits run …`, as a shell takes it; the caller's to free. */
char *order_command(const struct trial *t);

/* Seconds that a run in another order may take where no limit was set: one that
 * has come to a stop must end some time. `seconds`: what one took so far. */
double order_limit(double seconds);

/* Did a deadlock end it (--deadlock exit)? */
bool order_deadlocked(const struct attempt *a);
/* Is the result another one? Not to end in time is a result of its own. */
bool order_differs(struct repeat *r, const struct attempt *x,
		   const struct attempt *y);
/* The first thing that differs, in words; NULL: nothing does. The caller's to
 * free. */
char *order_difference(struct repeat *r, const struct attempt *x,
		       const struct attempt *y);

/* Did the run start threads? */
bool run_threaded(const char *dir);

#endif
