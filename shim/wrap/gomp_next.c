/* SPDX-License-Identifier: MIT */
/*
 * The next piece of a GOMP loop. libgomp keeps with a loop how it was started,
 * and its function for schedule(runtime) goes by that: it is the right one for
 * every loop, whether its start became static or did not. In libomp all of them
 * do the same.
 *
 * Called for each piece: no event, and the function is kept for each thread.
 */
#include "openmp.h"
#include "banned.h"

struct kept {
	const void *ra; /* NULL: nothing */
	void *fn;
	unsigned epoch;
};

static void *find(struct kept *k, struct source *part, const void *ra)
{
	unsigned epoch = __atomic_load_n(&real_epoch, __ATOMIC_RELAXED);
	void *fn = real_from(part, ra);

	*k = (struct kept){ fn ? ra : NULL, fn, epoch };
	return fn;
}

static inline void *get(struct kept *k, struct source *part, const void *ra)
{
	if (__builtin_expect(k->ra == ra && k->epoch == real_epoch, 1))
		return k->fn;
	return find(k, part, ra);
}

typedef unsigned long long ull;
typedef bool next_fn(long *from, long *below);
typedef bool next_ull_fn(ull *from, ull *below);

/* A part without a hook, to which the names of the others lead. */
#define PART(id, type)                                                         \
	static type *real_##id;                                                \
	OPENMP_PART(id)

PART(GOMP_loop_runtime_next, next_fn);
PART(GOMP_loop_ordered_runtime_next, next_fn);
PART(GOMP_loop_ull_runtime_next, next_ull_fn);
PART(GOMP_loop_ull_ordered_runtime_next, next_ull_fn);

#define HOOKED(fn)                                                             \
	SOURCE(fn, .group = "openmp", .optional = 1, .inner = 1,               \
	       .bound = 1)

#define NEXT_OF(fn, to, type)                                                  \
	bool fn(type *from, type *below);                                      \
	HOOKED(fn);                                                            \
	EXPORT bool fn(type *from, type *below)                                \
	{                                                                      \
		static __thread struct kept kept;                              \
                                                                               \
		return ((__typeof__(real_##to))get(                            \
			&kept, &src_##to, OPENMP_CALLER))(from, below);        \
	}

NEXT_OF(GOMP_loop_dynamic_next, GOMP_loop_runtime_next, long)
NEXT_OF(GOMP_loop_guided_next, GOMP_loop_runtime_next, long)
NEXT_OF(GOMP_loop_nonmonotonic_dynamic_next, GOMP_loop_runtime_next, long)
NEXT_OF(GOMP_loop_nonmonotonic_guided_next, GOMP_loop_runtime_next, long)
NEXT_OF(GOMP_loop_ordered_dynamic_next, GOMP_loop_ordered_runtime_next, long)
NEXT_OF(GOMP_loop_ordered_guided_next, GOMP_loop_ordered_runtime_next, long)
NEXT_OF(GOMP_loop_ull_dynamic_next, GOMP_loop_ull_runtime_next, ull)
NEXT_OF(GOMP_loop_ull_guided_next, GOMP_loop_ull_runtime_next, ull)
NEXT_OF(GOMP_loop_ull_nonmonotonic_dynamic_next, GOMP_loop_ull_runtime_next,
	ull)
NEXT_OF(GOMP_loop_ull_nonmonotonic_guided_next, GOMP_loop_ull_runtime_next,
	ull)
NEXT_OF(GOMP_loop_ull_ordered_dynamic_next, GOMP_loop_ull_ordered_runtime_next,
	ull)
NEXT_OF(GOMP_loop_ull_ordered_guided_next, GOMP_loop_ull_ordered_runtime_next,
	ull)
