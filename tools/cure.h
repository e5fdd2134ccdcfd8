/* SPDX-License-Identifier: MIT */
/* What would control a source, or a blind spot: a sentence for who reads a
 * verdict. */
#ifndef SAMEBITS_CURE_H
#define SAMEBITS_CURE_H

#include <stdbool.h>

/* native: the runs were audits, nothing was controlled. forced: this call was
 * given a deterministic value, and differs nevertheless. NULL: the group is not
 * known. */
const char *cure_of_source(const char *group, bool native, bool forced);
/* For a kind of blind spot; NULL: not known. */
const char *cure_of_blind(const char *kind);

#endif
