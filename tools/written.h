/* SPDX-License-Identifier: MIT */
/* What a write that differs wrote: the log has only a digest of its bytes, and
 * the bytes are found by that in the files that the runs left. */
#ifndef SAMEBITS_WRITTEN_H
#define SAMEBITS_WRITTEN_H

#include "result.h"

/* Says it in the values of those suspects that are writes; A and B of the
 * verdict are a and b of `c`. What is not found stays a digest. */
void written_find(struct verdict *v, const struct comparison *c);

#endif
