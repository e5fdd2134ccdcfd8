/* SPDX-License-Identifier: MIT */
/*
 * rand() and its relatives. Those with a state of the thread's draw from it
 * (prng.h); those with a state in the caller's hands are functions of it and
 * are passed on, seeded with --seed where that is given.
 */
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "prng.h"
#include "real.h"
#include "banned.h"

#define ROW(fn, text) \
	SOURCE(fn, .group = "rand", .policy = SB_FORCE, .doc = text)
#define SEEDING(fn, text)                                                      \
	SOURCE(fn, .group = "rand", .policy = SB_FORCE, .seeding = 1,          \
	       .doc = text)

ROW(random_r, "random(3) on the caller's state");
ROW(rand, "C pseudo-random numbers");
ROW(random, "BSD pseudo-random numbers");
SEEDING(srand, "seed of rand and random");
SEEDING(srandom, "seed of rand and random");
SEEDING(initstate, "seed and state of random");
SEEDING(setstate, "state of random");
SEEDING(srandom_r, "seed of the caller's state");
SEEDING(initstate_r, "seed of the caller's state");
SEEDING(setstate_r, "the caller's state");
ROW(rand_r, "rand on the caller's seed");

EXPORT int rand(void)
{
	struct call c;
	int n = CALL(&c, rand) == SB_FORCE ? prng_draw(c.self) : real_rand();

	call_end(&c, (uint64_t)n, 0);
	return n;
}

EXPORT long random(void)
{
	struct call c;
	long n = CALL(&c, random) == SB_FORCE ? prng_draw(c.self) : real_random();

	call_end(&c, (uint64_t)n, 0);
	return n;
}

static void seed(struct thread *self, unsigned s)
{
	struct prng *p = prng_of(self);

	p->seed = s;
	real_srandom_r(prng_seed(s), &p->random);
}

EXPORT void srand(unsigned s)
{
	struct call c;

	if (CALL(&c, srand) == SB_FORCE)
		seed(c.self, s);
	else
		real_srand(s);
	call_end(&c, s, 0);
}

EXPORT void srandom(unsigned s)
{
	struct call c;

	if (CALL(&c, srandom) == SB_FORCE)
		seed(c.self, s);
	else
		real_srandom(s);
	call_end(&c, s, 0);
}

EXPORT char *initstate(unsigned s, char *state, size_t n)
{
	struct call c;
	char *old;

	if (CALL(&c, initstate) == SB_FORCE) {
		struct prng *p = prng_of(c.self);

		old = (char *)(p->random.state - 1);
		p->seed = s;
		if (real_initstate_r(prng_seed(s), state, n, &p->random))
			old = NULL;
	} else {
		old = real_initstate(s, state, n);
	}
	call_end(&c, s, n);
	return old;
}

EXPORT char *setstate(char *state)
{
	struct call c;
	char *old;

	if (CALL(&c, setstate) == SB_FORCE) {
		struct prng *p = prng_of(c.self);

		old = (char *)(p->random.state - 1);
		if (real_setstate_r(state, &p->random))
			old = NULL;
	} else {
		old = real_setstate(state);
	}
	call_end(&c, 0, 0);
	return old;
}

EXPORT int random_r(struct random_data *buf, int32_t *result)
{
	struct call c;
	int ret;

	CALL(&c, random_r);
	ret = real_random_r(buf, result);
	call_end(&c, ret ? 0 : (uint64_t)*result, 0);
	return ret;
}

EXPORT int srandom_r(unsigned s, struct random_data *buf)
{
	struct call c;
	bool force = CALL(&c, srandom_r) == SB_FORCE;
	int ret = real_srandom_r(force ? prng_seed(s) : s, buf);

	call_end(&c, s, 0);
	return ret;
}

EXPORT int initstate_r(unsigned s, char *state, size_t n,
		       struct random_data *buf)
{
	struct call c;
	bool force = CALL(&c, initstate_r) == SB_FORCE;
	int ret = real_initstate_r(force ? prng_seed(s) : s, state, n, buf);

	call_end(&c, s, n);
	return ret;
}

EXPORT int setstate_r(char *state, struct random_data *buf)
{
	struct call c;
	int ret;

	CALL(&c, setstate_r);
	ret = real_setstate_r(state, buf);
	call_end(&c, 0, 0);
	return ret;
}

EXPORT int rand_r(unsigned *s)
{
	struct call c;
	unsigned twist =
		CALL(&c, rand_r) == SB_FORCE ? (unsigned)prng_twist() : 0;
	int n;

	*s ^= twist;
	n = real_rand_r(s);
	*s ^= twist;
	call_end(&c, (uint64_t)n, 0);
	return n;
}
