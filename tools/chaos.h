/* SPDX-License-Identifier: MIT */
/* A hunt for races: does the result depend on the order of the threads' turns? */
#ifndef SAMEBITS_CHAOS_H
#define SAMEBITS_CHAOS_H

#include "repeat.h"

/*
 * Runs in `n` other orders (--schedule-seed 1 to n), compared with `base`, a
 * run in turns. It becomes the verdict: where there are several results it has
 * a row for each, the base's first, with the command that repeats it, and where
 * two of them part. A deadlock, a crash, and not to end in time are results. 0;
 * -EINTR; -ENOMEM; -ECANCELED: the verdict is in trouble.
 */
int chaos(struct repeat *r, struct verdict *v, const struct attempt *base,
	  size_t n);

#endif
