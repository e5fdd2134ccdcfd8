/* SPDX-License-Identifier: MIT */
/*
 * cuRAND. A generator that nobody seeds starts from a fixed state: it repeats,
 * and only --seed changes it. The order of what it gives is stable over
 * releases in the legacy ordering alone.
 */
#include "call.h"
#include "cuda.h"
#include "gpu.h"
#include "banned.h"

#define ROW(fn, ...)                                                           \
	SOURCE(fn, .group = "curand", .policy = SB_FORCE, .optional = 1,       \
	       __VA_ARGS__)

ROW(curandCreateGenerator, .doc = "makes a generator on the GPU");
ROW(curandCreateGeneratorHost, .doc = "makes a generator on the CPU");
ROW(curandSetPseudoRandomGeneratorSeed, .seeding = 1,
    .doc = "seeds a generator");
ROW(curandSetGeneratorOrdering, .doc = "orders the numbers: the legacy order");

#define NOT_INITIALIZED 101
enum { BEST = 100, LEGACY = 103, DYNAMIC = 104 }; /* CURAND_ORDERING_PSEUDO_ */
#define QUASI 200 /* types from here on take no seed */

static void begin(curandGenerator_t generator, curandRngType_t type,
		  void *create)
{
	__typeof__(curandSetPseudoRandomGeneratorSeed) *seed = scope_find(
		"curandSetPseudoRandomGeneratorSeed", create);
	__typeof__(curandSetGeneratorOrdering) *order =
		scope_find("curandSetGeneratorOrdering", create);

	if (type >= QUASI)
		return;
	if (order) /* not every type has it: its own is kept then */
		order(generator, LEGACY);
	if (seed && config.seeds_force)
		seed(generator, gpu_seed(0));
}

static void seen(void *create)
{
	__typeof__(curandGetVersion) *get =
		scope_find("curandGetVersion", create);
	int version = 0;

	if (get)
		get(&version);
	gpu_seen("curand", create, (uint64_t)version);
}

#define CREATE(fn)                                                             \
	EXPORT curandStatus_t fn(curandGenerator_t *generator,                 \
				 curandRngType_t type)                         \
	{                                                                      \
		struct call c;                                                 \
		bool force = CALL(&c, fn) == SB_FORCE;                         \
		__typeof__(real_##fn) real = REAL_HERE(fn);                    \
		curandStatus_t status =                                        \
			real ? real(generator, type) : NOT_INITIALIZED;        \
                                                                               \
		seen((void *)real);                                            \
		if (force && status == 0 && generator)                         \
			begin(*generator, type, (void *)real);                 \
		call_end(&c, (uint64_t)type, 0);                               \
		return status;                                                 \
	}
CREATE(curandCreateGenerator)
CREATE(curandCreateGeneratorHost)

EXPORT curandStatus_t
curandSetPseudoRandomGeneratorSeed(curandGenerator_t generator,
				   unsigned long long seed)
{
	struct call c;
	bool force = CALL(&c, curandSetPseudoRandomGeneratorSeed) == SB_FORCE;
	__typeof__(real_curandSetPseudoRandomGeneratorSeed) real =
		REAL_HERE(curandSetPseudoRandomGeneratorSeed);
	curandStatus_t status =
		real ? real(generator, force ? gpu_seed(seed) : seed)
		     : NOT_INITIALIZED;

	call_end(&c, seed, 0);
	return status;
}

EXPORT curandStatus_t curandSetGeneratorOrdering(curandGenerator_t generator,
						 curandOrdering_t order)
{
	struct call c;
	bool force = CALL(&c, curandSetGeneratorOrdering) == SB_FORCE;
	__typeof__(real_curandSetGeneratorOrdering) real =
		REAL_HERE(curandSetGeneratorOrdering);
	bool moves = order == BEST || order == DYNAMIC;
	curandStatus_t status = NOT_INITIALIZED;

	if (real)
		status = real(generator, force && moves ? LEGACY : order);
	if (real && status && force && moves)
		status = real(generator, order);
	call_end(&c, (uint64_t)order, 0);
	return status;
}
