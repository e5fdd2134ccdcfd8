/* SPDX-License-Identifier: MIT */
/*
 * Files of the run directory that every process of the run maps. They are
 * mapped far beyond their end and grow in steps of items; who takes an item
 * first reserves its blocks, so that a full disk never ends the program.
 */
#ifndef SAMEBITS_SHARED_H
#define SAMEBITS_SHARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct shared {
	const char *name; /* in the run directory */
	size_t head;	  /* bytes before the first item */
	size_t item;	  /* bytes of one */
	uint32_t step;	  /* items reserved at a time */
};

/* A descriptor or -errno; flags of open(2), beside O_RDWR | O_CLOEXEC. */
long shared_open(const struct shared *s, int flags);
/* NULL: it cannot be mapped. */
void *shared_map(const struct shared *s, size_t size);
/* Blocks for these bytes; 0 or -errno. */
long shared_allocate(long fd, size_t from, size_t size);
/* Blocks for item i; `ready`, in the file, counts those that have theirs. */
bool shared_reserve(const struct shared *s, uint32_t *ready, uint32_t i);

#endif
