/* SPDX-License-Identifier: MIT */
/* From two runs to the places where they went apart, as a verdict tells them.
 */
#ifndef SAMEBITS_SUSPECTS_H
#define SAMEBITS_SUSPECTS_H

#include "verdict.h"

/*
 * Adds what differs between two runs of a store; *events says how many events
 * were compared (0: counters only) and *complete whether none is missing.
 * native: they were audits. 0 or -errno.
 */
int suspects_find(struct verdict *v, const char *dir_a, const char *dir_b,
		  bool native, unsigned long long *events, bool *complete);

#endif
