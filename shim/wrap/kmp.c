/* SPDX-License-Identifier: MIT */
/*
 * The entry points of LLVM's and Intel's OpenMP (libomp, libiomp5), which
 * clang's code calls: a loop that would be handed out to who comes first is
 * started as a static one. What asks for its pieces needs no hook: the library
 * keeps the schedule with the loop.
 */
#include "openmp.h"
#include "banned.h"

#define ROW(fn, ...)                                                           \
	SOURCE(fn, .group = "openmp", .policy = SB_FORCE, .optional = 1,       \
	       .bound = 1, __VA_ARGS__)

/*
 * A schedule is a kind within one of four families (plain, ordered, and either
 * where a thread's pieces stay apart), and two bits that say what order a
 * thread's own pieces may have.
 */
enum kind { STATIC_CHUNKED = 1, STATIC, DYNAMIC, GUIDED, RUNTIME };
enum { PLAIN = 32, ORDERED = 64, APART = 160, APART_ORDERED = 192, STEP = 32 };
#define ORDER_BITS (3 << 29)

static int family_of(int schedule)
{
	return schedule >= APART_ORDERED ? APART_ORDERED
	       : schedule >= APART	 ? APART
	       : schedule >= ORDERED	 ? ORDERED
					 : PLAIN;
}

struct schedule {
	int schedule;
	int64_t chunk;
};

static struct schedule made_static(int asked, int64_t chunk,
				   const void *caller)
{
	int plain = asked & ~ORDER_BITS, family = family_of(plain);
	int kind = plain - family;

	if (kind < DYNAMIC || kind >= STEP) /* static, or not of a loop */
		return (struct schedule){ asked, chunk };
	if (kind == RUNTIME)
		chunk = openmp_runtime_chunk(caller);
	else if (kind != DYNAMIC)
		chunk = 0;
	kind = chunk > 0 ? STATIC_CHUNKED : STATIC;
	return (struct schedule){ family + kind, chunk > 0 ? chunk : 1 };
}

static struct schedule choose(struct source *row, int asked, int64_t chunk,
			      void *ret, void *frame)
{
	const void *caller = call_from(ret, frame);
	struct schedule s = { asked, chunk };

	if (openmp_event(row, ret, frame, (uint64_t)asked))
		s = made_static(asked, chunk, caller);
	openmp_within(caller, real_from(row, caller));
	return s;
}

#define INIT(fn, type, wide, text)                                             \
	void fn(void *, int, int, type, type, wide, wide);                     \
	ROW(fn, .doc = text);                                                  \
	EXPORT void fn(void *place, int thread, int asked, type first,         \
		       type last, wide step, wide chunk)                       \
	{                                                                      \
		struct schedule s = choose(&src_##fn, asked, chunk, CALLER);   \
                                                                               \
		REAL_HERE(fn)(place, thread, s.schedule, first, last, step,    \
			      (wide)s.chunk);                                  \
	}

/* A loop that is shared out among teams, and then within each. */
#define INIT_TEAM(fn, type, wide, text)                                        \
	void fn(void *, int, int, int *, type, type, wide, wide);              \
	ROW(fn, .doc = text);                                                  \
	EXPORT void fn(void *place, int thread, int asked, int *is_last,       \
		       type first, type last, wide step, wide chunk)           \
	{                                                                      \
		struct schedule s = choose(&src_##fn, asked, chunk, CALLER);   \
                                                                               \
		REAL_HERE(fn)(place, thread, s.schedule, is_last, first, last, \
			      step, (wide)s.chunk);                            \
	}

INIT(__kmpc_dispatch_init_4, int32_t, int32_t, "clang's loop, 4 bytes")
INIT(__kmpc_dispatch_init_4u, uint32_t, int32_t,
     "clang's loop, 4 bytes unsigned")
INIT(__kmpc_dispatch_init_8, int64_t, int64_t, "clang's loop, 8 bytes")
INIT(__kmpc_dispatch_init_8u, uint64_t, int64_t,
     "clang's loop, 8 bytes unsigned")
INIT_TEAM(__kmpc_dist_dispatch_init_4, int32_t, int32_t,
	  "clang's loop over teams, 4 bytes")
INIT_TEAM(__kmpc_dist_dispatch_init_4u, uint32_t, int32_t,
	  "clang's loop over teams, 4 bytes unsigned")
INIT_TEAM(__kmpc_dist_dispatch_init_8, int64_t, int64_t,
	  "clang's loop over teams, 8 bytes")
INIT_TEAM(__kmpc_dist_dispatch_init_8u, uint64_t, int64_t,
	  "clang's loop over teams, 8 bytes unsigned")

/* num_threads(n) of the region that comes next. */
void __kmpc_push_num_threads(void *place, int thread, int n);
SOURCE(__kmpc_push_num_threads, .group = "openmp", .policy = SB_OBSERVE,
       .optional = 1, .bound = 1, .counts = 1,
       .doc = "clang's clause num_threads");

EXPORT void __kmpc_push_num_threads(void *place, int thread, int n)
{
	__typeof__(real___kmpc_push_num_threads) real =
		REAL_HERE(__kmpc_push_num_threads);

	openmp_event(&src___kmpc_push_num_threads, CALLER, (uint64_t)n);
	if (n > 0)
		n = (int)openmp_clause(&src___kmpc_push_num_threads,
				       (unsigned)n);
	openmp_region(OPENMP_CALLER, (void *)real, n > 0 ? (unsigned)n : 0);
	real(place, thread, n);
}
