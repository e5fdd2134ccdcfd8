/* SPDX-License-Identifier: MIT */
/*
 * rand() and its relatives for one thread: glibc's own algorithms, on a state of
 * the thread's. The first thread starts as glibc does and so gives native
 * values; others are keyed by lineage and by what their creator was seeded
 * with. A seeding call seeds the calling thread and those it creates later.
 */
#ifndef SAMEBITS_PRNG_H
#define SAMEBITS_PRNG_H

#include "thread.h"

void prng_bind(void);
/* The thread's state, ready to draw from. */
struct prng *prng_of(struct thread *self);
/* An explicit seed as this run takes it: honoured, or mixed with --seed. */
uint32_t prng_seed(uint32_t seed);
/* The same for a state in the caller's hands: XOR before and after a draw. */
uint64_t prng_twist(void);

#endif
