/* SPDX-License-Identifier: MIT */
/*
 * What values of numeric calls stand for: texts that are in the log once each
 * (SB_SHAPE), and the work that goes with them.
 */
#ifndef SAMEBITS_SHAPE_H
#define SAMEBITS_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "source.h"

struct shape {
	uint64_t hash; /* stored last; 0: free */
	uint64_t work; /* floating-point operations */
};

#define SHAPES 8192
extern struct shape shapes[SHAPES];

/* Its own place, or the free one where it belongs. hash: not 0. */
static inline struct shape *shape_place(uint64_t hash)
{
	unsigned i = hash % SHAPES;
	uint64_t at;

	while ((at = __atomic_load_n(&shapes[i].hash, __ATOMIC_ACQUIRE)) &&
	       at != hash)
		i = (i + 1) % SHAPES;
	return &shapes[i];
}

static inline bool shape_known(uint64_t hash)
{
	return shape_place(hash)->hash == hash;
}

/* Writes one down that is new, if there is room. Takes the lock. */
void shape_note(const struct source *row, const struct shape *shape,
		const char *text);
void shapes_forget(void); /* in a forked child: they are written again */

#endif
