/* SPDX-License-Identifier: MIT */
/* Operations of frameworks, by name: a counter holds a name's digest, a record
 * the name itself (SB_SHAPE, "op=NAME"). */
#ifndef SAMEBITS_OPERATION_H
#define SAMEBITS_OPERATION_H

#include <stddef.h>
#include <stdint.h>

#include "source.h"

/*
 * Returns the name's digest. Where this process's log does not have the name
 * yet, it is written there, which takes the lock; else without one. Not from a
 * signal handler.
 */
uint64_t operation_seen(const struct source *source, const char *name,
			size_t length);
#endif
