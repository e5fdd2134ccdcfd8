/* SPDX-License-Identifier: MIT */
/*
 * Seeds that a Python program fixes itself. They are seen where all ways to
 * give one come together, in C: Random.seed of `_random`, which random.seed(),
 * Random(7) and its subclasses call; the seeding of NumPy's Mersenne Twister by
 * RandomState and numpy.random.seed(); the making of a SeedSequence, from which
 * default_rng(7) and bit generators start.
 *
 * The addresses of these functions are exchanged in the objects that hold them,
 * when their module is ready: no object is another than it was. Without
 * --reseed the program's arguments go on as they came.
 */
#include <string.h>

#include "call.h"
#include "cpython.h"
#include "pyinit.h"
#include "reseed.h"
#include "wrap.h"
#include "banned.h"

#define ROW(id, text)                                                          \
	SOURCE_ROW(id, .group = SB_SEEDING, .policy = SB_OBSERVE, .seeding = 1, \
		   .lines = 1, .doc = text)

ROW(python_random_seed, "a seed for Python's random");
ROW(numpy_legacy_seed, "a seed for numpy.random and RandomState");
ROW(numpy_seed, "a seed for NumPy's SeedSequence and default_rng");

/* The real function behind an exchanged description of a method. */
struct exchanged {
	struct method ours;
	void *real;
};

/* False: it stays as it is. */
static bool exchange(struct exchanged *e, object *type, const char *name,
		     void *(*choose)(int flags))
{
	object *o = type ? cpython.attr(type, name) : NULL;
	struct method **place = o ? cpython_method(o, name) : NULL;
	void *fn = place ? choose((*place)->flags & METHOD_CALL) : NULL;
	bool fresh = fn && (*place)->fn != fn &&
		     (!e->real || e->real == (*place)->fn);

	if (fresh) {
		e->real = (*place)->fn;
		e->ours = **place;
		e->ours.fn = fn;
		*place = &e->ours;
	}
	if (o)
		cpython.decref(o); /* its type keeps it */
	cpython.clear();
	return fresh || (place && *place == &e->ours);
}

static void not_seen(const struct source *row)
{
	call_blind("seeding", row, " is not seen: its layout is not known");
}

static void each_type(object *module, const char *name,
		      const struct source *row, bool (*take)(object *type))
{
	object *type = module ? cpython.attr(module, name) : NULL;

	if (module && !type)
		cpython.clear();
	if (!type || !take(type))
		not_seen(row);
	if (type)
		cpython.decref(type);
}

/* ---- random ---- */

static struct exchanged random_seed;

typedef object *fast_fn(object *self, object *const *args, ssize_t n);

/* A seed is given: neither nothing nor None, which stand for entropy. */
static bool given(ssize_t n, object *first)
{
	return n == 1 && first != cpython.none;
}

static object *seed_again(fast_fn *real, object *self, object *done,
			  uint64_t with)
{
	object *seed = cpython.from_number(with), *ret;

	if (!seed) {
		cpython.clear();
		return done;
	}
	cpython.decref(done);
	ret = real(self, &seed, 1);
	cpython.decref(seed);
	return ret;
}

/* As natively first, which finds what is wrong with a seed. */
static __attribute__((noinline)) object *
seed_random(object *self, object *const *args, ssize_t n)
{
	fast_fn *real = (fast_fn *)random_seed.real;
	enum sb_policy policy;
	uint64_t value;
	struct call c;
	object *ret;

	if (!given(n, n ? args[0] : NULL) || !cpython_seed(args[0], &value))
		return real(self, args, n);
	policy = CALL(&c, python_random_seed);
	ret = real(self, args, n);
	if (ret && policy == SB_FORCE)
		ret = seed_again(real, self, ret,
				 reseed(&src_python_random_seed, value));
	call_end(&c, value, 0);
	return ret;
}

static void *choose_random(int flags)
{
	return flags == METHOD_FAST ? (void *)seed_random : NULL;
}

static bool take_random(object *type)
{
	return exchange(&random_seed, type, "seed", choose_random);
}

static void random_ready(object *module)
{
	each_type(module, "Random", &src_python_random_seed, take_random);
}

/* ---- numpy: RandomState and numpy.random.seed ---- */

static struct exchanged legacy_seed;

typedef object *one_fn(object *self, object *seed);
typedef object *tuple_fn(object *self, object *args, object *kwds);
typedef object *named_fn(object *self, object *const *args, ssize_t n,
			 object *names);

static object *legacy_real(object *self, object *seed)
{
	object *args, *ret;

	if (legacy_seed.ours.flags & METHOD_O)
		return ((one_fn *)legacy_seed.real)(self, seed);
	if (legacy_seed.ours.flags & METHOD_FAST)
		return ((named_fn *)legacy_seed.real)(self, &seed, 1, NULL);
	args = cpython.pack(1, seed);
	ret = args ? ((tuple_fn *)legacy_seed.real)(self, args, NULL) : NULL;
	if (args)
		cpython.decref(args);
	return ret;
}

/* What it takes are numbers of 32 bits. */
static object *legacy_again(object *self, object *done, uint64_t value)
{
	uint64_t with = reseed(&src_numpy_legacy_seed, value);
	object *seed = cpython.from_number((uint32_t)with), *ret;

	if (!seed) {
		cpython.clear();
		return done;
	}
	cpython.decref(done);
	ret = legacy_real(self, seed);
	cpython.decref(seed);
	return ret;
}

static object *legacy(object *self, object *seed, void *ra, void *fa)
{
	uint64_t value;
	struct call c;
	object *ret;
	bool force;

	if (seed == cpython.none || !cpython_seed(seed, &value))
		return legacy_real(self, seed);
	force = call_begin(&c, &src_numpy_legacy_seed, ra, fa) == SB_FORCE;
	ret = legacy_real(self, seed);
	if (ret && force)
		ret = legacy_again(self, ret, value);
	call_end(&c, value, 0);
	return ret;
}

static __attribute__((noinline)) object *legacy_one(object *self, object *seed)
{
	return legacy(self, seed, CALLER);
}

static __attribute__((noinline)) object *
legacy_named(object *self, object *const *args, ssize_t n, object *names)
{
	if (n != 1 || names)
		return ((named_fn *)legacy_seed.real)(self, args, n, names);
	return legacy(self, args[0], CALLER);
}

static __attribute__((noinline)) object *legacy_tuple(object *self,
						      object *args,
						      object *kwds)
{
	if (cpython.length(args) != 1 || kwds)
		return ((tuple_fn *)legacy_seed.real)(self, args, kwds);
	return legacy(self, cpython.item(args, 0), CALLER);
}

static void *choose_legacy(int flags)
{
	switch (flags) {
	case METHOD_O:
		return (void *)legacy_one;
	case METHOD_FAST | METHOD_KEYWORDS:
		return (void *)legacy_named;
	case METHOD_VARARGS | METHOD_KEYWORDS:
		return (void *)legacy_tuple;
	}
	return NULL;
}

static bool take_legacy(object *type)
{
	return exchange(&legacy_seed, type, "_legacy_seeding", choose_legacy);
}

static void mt19937_ready(object *module)
{
	each_type(module, "MT19937", &src_numpy_legacy_seed, take_legacy);
}

/* ---- numpy: SeedSequence ---- */

typedef int init_fn(object *self, object *args, object *kwds);
static init_fn *sequence_real;

/*
 * Entropy that sequences took from the system. They show it, and make others
 * from it: their children, or the same one again. None of these has a seed that
 * somebody fixed. 0: free.
 */
#define DRAWN 1024 /* a power of two */
static uint64_t drawn[DRAWN];

static uint64_t *drawn_at(uint64_t entropy)
{
	return &drawn[mix64(entropy, 0) % DRAWN];
}

static bool from_system(object *args, object *kwds)
{
	object *entropy = NULL;

	if (cpython.length(args) > 0)
		entropy = cpython.item(args, 0);
	else if (kwds)
		entropy = cpython.named(kwds, "entropy");
	return !entropy || entropy == cpython.none;
}

/* Its pool, from which all it gives is made, and which it makes of its entropy
 * and its place among its parent's children. These stay as the program knows
 * them, so that what it makes of them again is the same again. */
static void stir(object *self)
{
	object *pool = cpython.attr(self, "pool");
	struct buffer view;
	uint32_t *word;

	if (!pool || cpython.buffer(pool, &view, BUFFER_WRITABLE)) {
		cpython.clear();
		not_seen(&src_numpy_seed);
	} else {
		word = view.start;
		for (size_t i = 0; i < (size_t)view.length / 4; i++)
			word[i] ^= (uint32_t)reseed(&src_numpy_seed, i);
		cpython.buffer_release(&view);
	}
	if (pool)
		cpython.decref(pool);
}

static bool entropy_of(object *self, uint64_t *value)
{
	object *entropy = cpython.attr(self, "entropy");
	bool known = entropy && cpython_seed(entropy, value);

	if (entropy)
		cpython.decref(entropy);
	cpython.clear();
	return known;
}

static __attribute__((noinline)) int seed_sequence(object *self, object *args,
						   object *kwds)
{
	bool system = from_system(args, kwds);
	int ret = sequence_real(self, args, kwds);
	uint64_t value;
	struct call c;

	if (ret || !entropy_of(self, &value))
		return ret;
	if (system)
		*drawn_at(value) = value;
	if (*drawn_at(value) == value)
		return 0;
	if (CALL(&c, numpy_seed) == SB_FORCE)
		stir(self);
	call_end(&c, value, 0);
	return 0;
}

static bool take_sequence(object *type)
{
	void **place[2];

	if (!cpython_init(type, place))
		return false;
	if (*place[0] == (void *)seed_sequence)
		return true;
	if (sequence_real && *place[0] != (void *)sequence_real)
		return false;
	sequence_real = (init_fn *)*place[0];
	*place[0] = *place[1] = (void *)seed_sequence;
	cpython_by_init(type);
	return true;
}

static void bit_generator_ready(object *module)
{
	each_type(module, "SeedSequence", &src_numpy_seed, take_sequence);
}

/* ---- the modules ---- */

static struct pyinit random_module, mt19937_module, bit_generator_module;

#define MODULE(id, name)                                                       \
	static object *id##_init(void)                                         \
	{                                                                      \
		return pyinit_begin(&id##_module);                             \
	}                                                                      \
	static int id##_exec(object *module)                                   \
	{                                                                      \
		id##_ready(module);                                            \
		return 0;                                                      \
	}                                                                      \
	static struct pyinit id##_module = { name, id##_init, id##_exec,       \
					     id##_ready, NULL, NULL, { { 0, NULL } } }

MODULE(random, "PyInit__random");
MODULE(mt19937, "PyInit__mt19937");
MODULE(bit_generator, "PyInit_bit_generator");

static struct pyinit *const modules[] = { &random_module, &mt19937_module,
					  &bit_generator_module };

void *seeding_found(const char *name, void *found, const void *ra)
{
	for (size_t i = 0; i < sizeof(modules) / sizeof(*modules); i++)
		if (!strcmp(name, modules[i]->symbol))
			return pyinit_found(modules[i], found, ra);
	return NULL;
}

void seeding_start(void **inittab)
{
	if (inittab)
		pyinit_builtin(&random_module, *inittab);
}
