/* SPDX-License-Identifier: MIT */
/* An experiment of `samebits blame`: its base line, and the threads' order,
 * which has to be settled before the rest can be told from it. */
#ifndef SAMEBITS_BLAMING_H
#define SAMEBITS_BLAMING_H

#include "cause.h"
#include "metric.h"
#include "orders.h"
#include "repeat.h"

struct blaming {
	struct repeat r;
	uint64_t k; /* runs for each */
	struct verdict v;
	struct metrics metrics;
	struct causes causes;
	const struct attempt *base; /* the first of its base line, which are: */
	struct span line;
	bool turns;		  /* the base line is in turns */
	struct order plain, full; /* how, where it came to that */
};

/* Each returns 0; -EINTR; -ENOMEM; -ECANCELED: the verdict is in trouble. */

/* `k` runs with all controlled; *other: one that differs from the first; NULL:
 * none does. */
int blaming_base(struct blaming *b, const struct attempt **other);
/* Nothing can be blamed: the verdict says so, and where two runs part. */
int blaming_differs(struct blaming *b, const struct attempt *other);
/*
 * Does the order in which threads run change the result? Fills `c`. other: of
 * the base line, as above. What else is tried is tried in turns from then on,
 * as a race that shows now and then would seem to be another cause's doing:
 * there is a new base line then; but not where turns cannot be used. *good: it
 * holds.
 */
int blaming_threads(struct blaming *b, struct cause *c,
		    const struct attempt *other, bool *good);
/* `n` more runs of the base line, which may have been equal by chance; *other
 * as above. */
int blaming_again(struct blaming *b, size_t n, const struct attempt **other);

#endif
