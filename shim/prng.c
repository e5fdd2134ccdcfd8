/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "prng.h"
#include "real.h"
#include "stream.h"
#include "banned.h"

static __typeof__(initstate_r) *init_fn;
static __typeof__(srand48_r) *srand48_fn;

void prng_bind(void)
{
	init_fn = (__typeof__(init_fn))real_find("initstate_r", NULL);
	srand48_fn = (__typeof__(srand48_fn))real_find("srand48_r", NULL);
}

uint32_t prng_seed(uint32_t seed)
{
	return config.seeds_force ? (uint32_t)mix64(config.seed, seed) : seed;
}

uint64_t prng_twist(void)
{
	return config.seeds_force ? mix64(config.seed, 0x72616e64) : 0;
}

void prng_ready(struct thread *self)
{
	struct prng *p = &self->prng;

	memset(&p->random, 0, sizeof(p->random));
	init_fn(prng_seed(p->seed), (char *)p->state, sizeof(p->state),
		&p->random);
	/* glibc's drand48 starts at zero, not as if seeded. */
	if (!self->first || config.seeds_force)
		srand48_fn((long)prng_seed(p->seed), &p->drand48);
	p->ready = true;
}
