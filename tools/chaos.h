/* SPDX-License-Identifier: MIT */
/* A hunt for races: does the result depend on the order of the threads' turns? */
#ifndef SAMEBITS_CHAOS_H
#define SAMEBITS_CHAOS_H

#include "repeat.h"

/*
 * Runs in `n` other orders (--schedule-seed 1 to n), compared with `base`, a
 * run in turns. It becomes the verdict, which has a row for each result that is
 * another than those before, with the command that repeats it. 0; -EINTR;
 * -ENOMEM; -ECANCELED: the verdict is in trouble.
 */
int chaos(struct repeat *r, struct verdict *v, const struct attempt *base,
	  size_t n);

#endif
