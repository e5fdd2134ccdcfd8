/* SPDX-License-Identifier: MIT */
/* A trace that all threads write to without a lock: each step loses what others
 * wrote between its two halves. */
#ifndef SAMEBITS_PROOF_RACE_H
#define SAMEBITS_PROOF_RACE_H

#include <stdint.h>
#include <stdio.h>

static inline uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0xbf58476d1ce4e5b9u;
	return hash ^ hash >> 29;
}

static volatile uint64_t trace = 1;

/* Some work, more or less of it, in the middle of a step. */
static inline void step(unsigned who)
{
	uint64_t seen = trace, own = seen;

	for (unsigned i = 0; i < seen % 61; i++)
		own = mix(own, i);
	trace = mix(seen, own + who);
}

static inline void say(const char *what)
{
	printf("%s %016llx\n", what, (unsigned long long)trace);
}

#endif
