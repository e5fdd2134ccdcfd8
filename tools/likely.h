/* SPDX-License-Identifier: MIT */
/* Why results differ, found out by more runs: with control, then in turns. */
#ifndef SAMEBITS_LIKELY_H
#define SAMEBITS_LIKELY_H

#include "repeat.h"

/*
 * `one`: a run of those that differ, made by `r->trial`. Leaves a sentence in
 * the verdict, which names what repeats the result, or says that nothing found
 * does. 0; -EINTR; -ENOMEM; -ECANCELED: the verdict is in trouble.
 */
int likely_find(struct repeat *r, struct verdict *v, const struct attempt *one,
		bool native);

#endif
