/* SPDX-License-Identifier: MIT */
/*
 * Seeds that a program gives to TensorFlow and JAX: in functions of Python code
 * that all others lead to. There are none in C that know a seed from a number.
 */
#include <string.h>

#include "call.h"
#include "cpython.h"
#include "pylead.h"
#include "reseed.h"
#include "wrap.h"
#include "banned.h"

#define OF_PYTHON(id, text)                                                    \
	SOURCE_ROW(id, .group = SB_SEEDING, .policy = SB_OBSERVE,              \
		   .seeding = 1, .lines = 1, .doc = text)

OF_PYTHON(jax_key, "a seed for jax.random.key and PRNGKey");
OF_PYTHON(tf_set_seed, "TensorFlow's global seed");
OF_PYTHON(tf_generator_seed, "a seed for a generator of TensorFlow's");

/* ---- TensorFlow ---- */

#define INT32 0x7fffffffu

static object *tf_seed(struct source *row, object *seed, void *ra, void *fa)
{
	object *with = NULL;
	uint64_t value;
	struct call c;
	bool force;

	cpython.incref(seed);
	if (seed == cpython.none || !cpython_seed(seed, &value))
		return seed;
	force = call_begin(&c, row, ra, fa) == SB_FORCE;
	call_end(&c, value, 0);
	if (force)
		with = cpython.from_number(reseed(row, value) & INT32);
	if (!with) {
		cpython.clear();
		return seed;
	}
	cpython.decref(seed);
	return with;
}

static __attribute__((noinline)) object *set_seed(object *self, object *seed)
{
	(void)self;
	return tf_seed(&src_tf_set_seed, seed, CALLER);
}

static __attribute__((noinline)) object *generator_seed(object *self,
							object *seed)
{
	(void)self;
	return tf_seed(&src_tf_generator_seed, seed, CALLER);
}

/* ---- JAX ---- */

/*
 * A seed may be an array, or stand for one in a function that is being
 * compiled: an operation that all know, for the same seed to be the same in
 * there and outside.
 */
static object *mixed(object *seed)
{
	object *mask = cpython.from_number(reseed(&src_jax_key, 0) & INT32);
	object *with = mask ? cpython.xor(seed, mask) : NULL;

	if (mask)
		cpython.decref(mask);
	cpython.clear();
	return with;
}

static __attribute__((noinline)) object *key_seed(object *self, object *seed)
{
	object *number = cpython.index(seed), *with = NULL;
	uint64_t value = 0;
	struct call c;

	(void)self;
	if (number) {
		cpython_seed(number, &value);
		cpython.decref(number);
	}
	cpython.clear();
	if (CALL(&c, jax_key) == SB_FORCE)
		with = mixed(seed);
	call_end(&c, value, 0);
	if (!with)
		cpython.incref(seed);
	return with ? with : seed;
}

/* ---- where they are ---- */

static void no_jax(void)
{
	call_blind("seeding", &src_jax_key, " is not seen: unknown code");
}

static void no_set_seed(void)
{
	call_blind("seeding", &src_tf_set_seed, " is not seen: unknown code");
}

static void no_generator(void)
{
	call_blind("seeding", &src_tf_generator_seed,
		   " is not seen: unknown code");
}

static struct lead leads[] = {
	{ .package = "jaxlib", .module = "jax._src.random.prng",
	  .function = "random_seed", .through = key_seed, .failed = no_jax },
	{ .package = "jaxlib", .module = "jax._src.prng", /* up to 0.9 */
	  .function = "random_seed", .through = key_seed, .failed = no_jax },
	{ .package = "tensorflow",
	  .module = "tensorflow.python.framework.random_seed",
	  .function = "set_random_seed", .through = set_seed,
	  .failed = no_set_seed },
	{ .package = "tensorflow",
	  .module = "tensorflow.python.ops.stateful_random_ops",
	  .function = "create_rng_state", .through = generator_seed,
	  .failed = no_generator },
};

void seeding_loading(const void *found, const void *ra)
{
	pylead_loading(leads, sizeof(leads) / sizeof(*leads), found, ra);
}
