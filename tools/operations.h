/* SPDX-License-Identifier: MIT */
/* Operations of frameworks that are not deterministic. */
#ifndef SAMEBITS_OPERATIONS_H
#define SAMEBITS_OPERATIONS_H

#include "blind.h"
#include "reader.h"

/* Adds a blind spot for each operation and line it was called from, with the
 * number of its calls in all the run. 0 or -ENOMEM. */
int operations_find(struct blinds *blinds, const struct rundir *run);

#endif
