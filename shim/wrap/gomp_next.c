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

__thread struct openmp_kept openmp_kept[OPENMP_KEPT];

void *openmp_find(struct openmp_kept *k, struct source *part, const void *ra)
{
	unsigned epoch = __atomic_load_n(&real_epoch, __ATOMIC_RELAXED);
	void *fn = real_from(part, ra);

	*k = (struct openmp_kept){ fn ? ra : NULL, part, fn, epoch };
	return fn;
}

typedef unsigned long long ull;
#define HOOKED(fn)                                                             \
	SOURCE(fn, .group = "openmp", .optional = 1, .inner = 1, .bound = 1)

#define NEXT_OF(fn, to, type)                                                  \
	bool fn(type *from, type *below);                                      \
	HOOKED(fn);                                                            \
	EXPORT bool fn(type *from, type *below)                                \
	{                                                                      \
		struct member *m = OPENMP_MEMBER(fn);                          \
                                                                               \
		if (m)                                                         \
			return loop_next(m, (uint64_t *)from,                  \
					 (uint64_t *)below);                   \
		return ((__typeof__(real_##to))openmp_get(                     \
			&src_##to, OPENMP_CALLER))(from, below);               \
	}

/* These lead to themselves. */
#define ITSELF(fn, type) NEXT_OF(fn, fn, type)

ITSELF(GOMP_loop_runtime_next, long)
ITSELF(GOMP_loop_ordered_runtime_next, long)
ITSELF(GOMP_loop_ull_runtime_next, ull)
ITSELF(GOMP_loop_ull_ordered_runtime_next, ull)
ITSELF(GOMP_loop_static_next, long)
ITSELF(GOMP_loop_ordered_static_next, long)
ITSELF(GOMP_loop_ull_static_next, ull)
ITSELF(GOMP_loop_ull_ordered_static_next, ull)
ITSELF(GOMP_loop_nonmonotonic_runtime_next, long)
ITSELF(GOMP_loop_maybe_nonmonotonic_runtime_next, long)
ITSELF(GOMP_loop_ull_nonmonotonic_runtime_next, ull)
ITSELF(GOMP_loop_ull_maybe_nonmonotonic_runtime_next, ull)
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
