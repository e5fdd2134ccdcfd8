/* SPDX-License-Identifier: MIT */
/* The drand48 family, on the thread's state (prng.h) or on the caller's. */
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "prng.h"
#include "real.h"
#include "banned.h"

#define ROW(fn) \
	SOURCE(fn, .group = "rand", .policy = SB_FORCE,                        \
	       .doc = "48-bit linear congruential numbers")
#define SEEDING(fn)                                                            \
	SOURCE(fn, .group = "rand", .policy = SB_FORCE, .seeding = 1,          \
	       .doc = "state of the 48-bit numbers")

ROW(drand48_r);
ROW(erand48_r);
ROW(lrand48_r);
ROW(nrand48_r);
ROW(mrand48_r);
ROW(jrand48_r);
SEEDING(srand48_r);
SEEDING(seed48_r);
SEEDING(lcong48_r);
ROW(drand48);
ROW(erand48);
ROW(lrand48);
ROW(nrand48);
ROW(mrand48);
ROW(jrand48);
SEEDING(srand48);
SEEDING(seed48);
SEEDING(lcong48);

static uint64_t bits(double d)
{
	uint64_t word;

	memcpy(&word, &d, sizeof(word));
	return word;
}

/* XOR of the caller's state with --seed's, before a draw and again after it. */
static void twist(unsigned short x[3], bool force)
{
	uint64_t word = force ? prng_twist() : 0;

	for (int i = 0; i < 3; i++)
		x[i] ^= (unsigned short)(word >> (16 * i));
}

static struct drand48_data *state(struct thread *self)
{
	return &prng_of(self)->drand48;
}

EXPORT double drand48(void)
{
	struct call c;
	double d;

	if (CALL(&c, drand48) == SB_FORCE)
		real_drand48_r(state(c.self), &d);
	else
		d = real_drand48();
	call_end(&c, bits(d), 0);
	return d;
}

EXPORT long lrand48(void)
{
	struct call c;
	long n;

	if (CALL(&c, lrand48) == SB_FORCE)
		real_lrand48_r(state(c.self), &n);
	else
		n = real_lrand48();
	call_end(&c, (uint64_t)n, 0);
	return n;
}

EXPORT long mrand48(void)
{
	struct call c;
	long n;

	if (CALL(&c, mrand48) == SB_FORCE)
		real_mrand48_r(state(c.self), &n);
	else
		n = real_mrand48();
	call_end(&c, (uint64_t)n, 0);
	return n;
}

EXPORT double erand48(unsigned short x[3])
{
	struct call c;
	double d;

	if (CALL(&c, erand48) == SB_FORCE) {
		twist(x, true);
		real_erand48_r(x, state(c.self), &d);
		twist(x, true);
	} else {
		d = real_erand48(x);
	}
	call_end(&c, bits(d), 0);
	return d;
}

EXPORT long nrand48(unsigned short x[3])
{
	struct call c;
	long n;

	if (CALL(&c, nrand48) == SB_FORCE) {
		twist(x, true);
		real_nrand48_r(x, state(c.self), &n);
		twist(x, true);
	} else {
		n = real_nrand48(x);
	}
	call_end(&c, (uint64_t)n, 0);
	return n;
}

EXPORT long jrand48(unsigned short x[3])
{
	struct call c;
	long n;

	if (CALL(&c, jrand48) == SB_FORCE) {
		twist(x, true);
		real_jrand48_r(x, state(c.self), &n);
		twist(x, true);
	} else {
		n = real_jrand48(x);
	}
	call_end(&c, (uint64_t)n, 0);
	return n;
}

EXPORT void srand48(long s)
{
	struct call c;

	if (CALL(&c, srand48) == SB_FORCE)
		real_srand48_r((int32_t)prng_seed((uint32_t)s), state(c.self));
	else
		real_srand48(s);
	call_end(&c, (uint64_t)s, 0);
}

EXPORT unsigned short *seed48(unsigned short x[3])
{
	struct call c;
	unsigned short *old;

	if (CALL(&c, seed48) == SB_FORCE) {
		struct drand48_data *d = state(c.self);

		twist(x, true);
		real_seed48_r(x, d);
		twist(x, true);
		old = d->__old_x;
	} else {
		old = real_seed48(x);
	}
	call_end(&c, digest_bytes(x, 6), 0);
	return old;
}

EXPORT void lcong48(unsigned short p[7])
{
	struct call c;

	if (CALL(&c, lcong48) == SB_FORCE) {
		twist(p, true);
		real_lcong48_r(p, state(c.self));
		twist(p, true);
	} else {
		real_lcong48(p);
	}
	call_end(&c, digest_bytes(p, 14), 0);
}

EXPORT int drand48_r(struct drand48_data *b, double *d)
{
	struct call c;
	int ret;

	CALL(&c, drand48_r);
	ret = real_drand48_r(b, d);
	call_end(&c, bits(*d), 0);
	return ret;
}

EXPORT int lrand48_r(struct drand48_data *b, long *n)
{
	struct call c;
	int ret;

	CALL(&c, lrand48_r);
	ret = real_lrand48_r(b, n);
	call_end(&c, (uint64_t)*n, 0);
	return ret;
}

EXPORT int mrand48_r(struct drand48_data *b, long *n)
{
	struct call c;
	int ret;

	CALL(&c, mrand48_r);
	ret = real_mrand48_r(b, n);
	call_end(&c, (uint64_t)*n, 0);
	return ret;
}

EXPORT int erand48_r(unsigned short x[3], struct drand48_data *b, double *d)
{
	struct call c;
	bool force = CALL(&c, erand48_r) == SB_FORCE;
	int ret;

	twist(x, force);
	ret = real_erand48_r(x, b, d);
	twist(x, force);
	call_end(&c, bits(*d), 0);
	return ret;
}

EXPORT int nrand48_r(unsigned short x[3], struct drand48_data *b, long *n)
{
	struct call c;
	bool force = CALL(&c, nrand48_r) == SB_FORCE;
	int ret;

	twist(x, force);
	ret = real_nrand48_r(x, b, n);
	twist(x, force);
	call_end(&c, (uint64_t)*n, 0);
	return ret;
}

EXPORT int jrand48_r(unsigned short x[3], struct drand48_data *b, long *n)
{
	struct call c;
	bool force = CALL(&c, jrand48_r) == SB_FORCE;
	int ret;

	twist(x, force);
	ret = real_jrand48_r(x, b, n);
	twist(x, force);
	call_end(&c, (uint64_t)*n, 0);
	return ret;
}

EXPORT int srand48_r(long s, struct drand48_data *b)
{
	struct call c;
	bool force = CALL(&c, srand48_r) == SB_FORCE;
	int ret = real_srand48_r(
		force ? (int32_t)prng_seed((uint32_t)s) : s, b);

	call_end(&c, (uint64_t)s, 0);
	return ret;
}

EXPORT int seed48_r(unsigned short x[3], struct drand48_data *b)
{
	struct call c;
	bool force = CALL(&c, seed48_r) == SB_FORCE;
	int ret;

	twist(x, force);
	ret = real_seed48_r(x, b);
	twist(x, force);
	call_end(&c, digest_bytes(x, 6), 0);
	return ret;
}

EXPORT int lcong48_r(unsigned short p[7], struct drand48_data *b)
{
	struct call c;
	bool force = CALL(&c, lcong48_r) == SB_FORCE;
	int ret;

	twist(p, force);
	ret = real_lcong48_r(p, b);
	twist(p, force);
	call_end(&c, digest_bytes(p, 14), 0);
	return ret;
}
