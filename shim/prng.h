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
/* Seeds the thread's state before its first draw. */
void prng_ready(struct thread *self);

/* The thread's state, ready to draw from. */
static inline struct prng *prng_of(struct thread *self)
{
	if (__builtin_expect(!self->prng.ready, 0))
		prng_ready(self);
	return &self->prng;
}

/*
 * What random_r() does, without the call: the additive feedback generator of
 * glibc's random(3), x[i] = x[i-3] + x[i-31] or the shorter ones of initstate;
 * the lowest bit is dropped. Type 0 is a linear congruence on one word.
 */
static inline int prng_draw(struct thread *self)
{
	struct random_data *r = &prng_of(self)->random;
	int32_t *f = r->fptr, *b = r->rptr;
	uint32_t word;

	if (__builtin_expect(r->rand_type == 0, 0)) {
		word = (uint32_t)r->state[0] * 1103515245u + 12345u;
		word &= 0x7fffffff;
		r->state[0] = (int32_t)word;
		return (int)word;
	}
	word = (uint32_t)*f + (uint32_t)*b;
	*f = (int32_t)word;
	r->fptr = f + 1 < r->end_ptr ? f + 1 : r->state;
	r->rptr = b + 1 < r->end_ptr ? b + 1 : r->state;
	return (int)(word >> 1);
}
/* An explicit seed as this run takes it: honoured, or mixed with --seed. */
uint32_t prng_seed(uint32_t seed);
/* The same for a state in the caller's hands: XOR before and after a draw. */
uint64_t prng_twist(void);

#endif
