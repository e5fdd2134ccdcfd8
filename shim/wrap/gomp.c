/* SPDX-License-Identifier: MIT */
/*
 * The entry points of libgomp, which GCC's code calls and libomp has too: loops
 * are started as static ones, whatever hands out pieces to who comes first.
 *
 * dynamic,c becomes static,c; guided, auto and what has no chunk become one
 * block for each thread, which is what guided does at its start.
 */
#include "openmp.h"
#include "banned.h"

typedef unsigned long long ull;
typedef void body(void *);

#define ROW(fn, ...)                                                           \
	SOURCE(fn, .group = "openmp", .policy = SB_FORCE, .optional = 1,       \
	       .bound = 1, __VA_ARGS__)
#define PART(id, ret, ...)                                                     \
	static ret (*real_##id)(__VA_ARGS__);                                  \
	OPENMP_PART(id)

/* The function to start a loop with: the static one, where there is one. */
static void *starter(bool *force, struct source *ours, struct source *row,
		     const void *caller)
{
	void *fn = *force ? real_from(ours, caller) : NULL;

	*force = fn != NULL;
	return fn ? fn : real_from(row, caller);
}

/* Loops: (start, end, step, chunk), which give the first piece. */
PART(GOMP_loop_static_start, bool, long, long, long, long, long *, long *);
PART(GOMP_loop_ordered_static_start, bool, long, long, long, long, long *,
     long *);
PART(GOMP_loop_ull_static_start, bool, bool, ull, ull, ull, ull, ull *, ull *);
PART(GOMP_loop_ull_ordered_static_start, bool, bool, ull, ull, ull, ull, ull *,
     ull *);

#define KEEP(chunk) (chunk)
#define BLOCK(chunk) 0

#define LOOP(fn, ours, size, text)                                             \
	bool fn(long, long, long, long, long *, long *);                       \
	ROW(fn, .doc = text);                                                  \
	EXPORT bool fn(long start, long end, long step, long chunk,            \
		       long *from, long *below)                                \
	{                                                                      \
		bool force = openmp_event(&src_##fn, CALLER, (uint64_t)chunk); \
		__typeof__(real_##fn) real = (__typeof__(real))starter(        \
			&force, &src_##ours, &src_##fn, OPENMP_CALLER);        \
                                                                               \
		return real(start, end, step, force ? size(chunk) : chunk,     \
			    from, below);                                      \
	}

#define LOOP_ULL(fn, ours, size, ...)                                          \
	bool fn(bool, ull, ull, ull, ull, ull *, ull *);                       \
	ROW(fn, .doc = __VA_ARGS__);                                           \
	EXPORT bool fn(bool up, ull start, ull end, ull step, ull chunk,       \
		       ull *from, ull *below)                                  \
	{                                                                      \
		bool force = openmp_event(&src_##fn, CALLER, chunk);           \
		__typeof__(real_##fn) real = (__typeof__(real))starter(        \
			&force, &src_##ours, &src_##fn, OPENMP_CALLER);        \
                                                                               \
		return real(up, start, end, step, force ? size(chunk) : chunk, \
			    from, below);                                      \
	}

/* schedule(runtime) has its chunk in the library. */
#define LOOP_RUNTIME(fn, ours, ...)                                            \
	bool fn(long, long, long, long *, long *);                             \
	ROW(fn, .doc = __VA_ARGS__);                                           \
	EXPORT bool fn(long start, long end, long step, long *from,            \
		       long *below)                                            \
	{                                                                      \
		bool force = openmp_event(&src_##fn, CALLER, 0);               \
		void *real = starter(&force, &src_##ours, &src_##fn,           \
				     OPENMP_CALLER);                           \
                                                                               \
		if (force)                                                     \
			return ((__typeof__(real_##ours))real)(                \
				start, end, step,                              \
				openmp_runtime_chunk(OPENMP_CALLER), from,     \
				below);                                        \
		return ((__typeof__(real_##fn))real)(start, end, step, from,   \
						     below);                   \
	}

#define LOOP_ULL_RUNTIME(fn, ours, ...)                                        \
	bool fn(bool, ull, ull, ull, ull *, ull *);                            \
	ROW(fn, .doc = __VA_ARGS__);                                           \
	EXPORT bool fn(bool up, ull start, ull end, ull step, ull *from,       \
		       ull *below)                                             \
	{                                                                      \
		bool force = openmp_event(&src_##fn, CALLER, 0);               \
		void *real = starter(&force, &src_##ours, &src_##fn,           \
				     OPENMP_CALLER);                           \
                                                                               \
		if (force)                                                     \
			return ((__typeof__(real_##ours))real)(                \
				up, start, end, step,                          \
				(ull)openmp_runtime_chunk(OPENMP_CALLER),      \
				from, below);                                  \
		return ((__typeof__(real_##fn))real)(up, start, end, step,     \
						     from, below);             \
	}

LOOP(GOMP_loop_dynamic_start, GOMP_loop_static_start, KEEP,
     "a loop, schedule(monotonic:dynamic)")
LOOP(GOMP_loop_guided_start, GOMP_loop_static_start, BLOCK,
     "a loop, schedule(monotonic:guided)")
LOOP(GOMP_loop_nonmonotonic_dynamic_start, GOMP_loop_static_start, KEEP,
     "a loop, schedule(dynamic)")
LOOP(GOMP_loop_nonmonotonic_guided_start, GOMP_loop_static_start, BLOCK,
     "a loop, schedule(guided)")
LOOP(GOMP_loop_ordered_dynamic_start, GOMP_loop_ordered_static_start, KEEP,
     "an ordered loop, schedule(dynamic)")
LOOP(GOMP_loop_ordered_guided_start, GOMP_loop_ordered_static_start, BLOCK,
     "an ordered loop, schedule(guided)")
LOOP_RUNTIME(GOMP_loop_runtime_start, GOMP_loop_static_start,
	     "a loop, schedule(monotonic:runtime)")
LOOP_RUNTIME(GOMP_loop_nonmonotonic_runtime_start, GOMP_loop_static_start,
	     "a loop, schedule(nonmonotonic:runtime)")
LOOP_RUNTIME(GOMP_loop_maybe_nonmonotonic_runtime_start, GOMP_loop_static_start,
	     "a loop, schedule(runtime)")
LOOP_RUNTIME(GOMP_loop_ordered_runtime_start, GOMP_loop_ordered_static_start,
	     "an ordered loop, schedule(runtime)")
#define WIDE ", unsigned long long"
LOOP_ULL(GOMP_loop_ull_dynamic_start, GOMP_loop_ull_static_start, KEEP,
	 "a loop, schedule(monotonic:dynamic)" WIDE)
LOOP_ULL(GOMP_loop_ull_guided_start, GOMP_loop_ull_static_start, BLOCK,
	 "a loop, schedule(monotonic:guided)" WIDE)
LOOP_ULL(GOMP_loop_ull_nonmonotonic_dynamic_start, GOMP_loop_ull_static_start,
	 KEEP, "a loop, schedule(dynamic)" WIDE)
LOOP_ULL(GOMP_loop_ull_nonmonotonic_guided_start, GOMP_loop_ull_static_start,
	 BLOCK, "a loop, schedule(guided)" WIDE)
LOOP_ULL(GOMP_loop_ull_ordered_dynamic_start,
	 GOMP_loop_ull_ordered_static_start, KEEP,
	 "an ordered loop, schedule(dynamic)" WIDE)
LOOP_ULL(GOMP_loop_ull_ordered_guided_start,
	 GOMP_loop_ull_ordered_static_start, BLOCK,
	 "an ordered loop, schedule(guided)" WIDE)
LOOP_ULL_RUNTIME(GOMP_loop_ull_runtime_start, GOMP_loop_ull_static_start,
		 "a loop, schedule(monotonic:runtime)" WIDE)
LOOP_ULL_RUNTIME(GOMP_loop_ull_nonmonotonic_runtime_start,
		 GOMP_loop_ull_static_start,
		 "a loop, schedule(nonmonotonic:runtime)" WIDE)
LOOP_ULL_RUNTIME(GOMP_loop_ull_maybe_nonmonotonic_runtime_start,
		 GOMP_loop_ull_static_start, "a loop, schedule(runtime)" WIDE)
LOOP_ULL_RUNTIME(GOMP_loop_ull_ordered_runtime_start,
		 GOMP_loop_ull_ordered_static_start,
		 "an ordered loop, schedule(runtime)" WIDE)

/*
 * Loops whose iterations wait for others, ordered(n) with depend: observed.
 * What they compute is ordered by that; and libgomp waits without giving way,
 * so that a round of more threads than processors takes a time slice an iteration.
 */
#define OBSERVED(fn, text)                                                     \
	SOURCE(fn, .group = "openmp", .policy = SB_OBSERVE, .optional = 1,     \
	       .bound = 1, .doc = text)

#define DOACROSS(fn, type, text)                                               \
	bool fn(unsigned, type *, type, type *, type *);                       \
	OBSERVED(fn, text);                                                    \
	EXPORT bool fn(unsigned n, type *counts, type chunk, type *from,       \
		       type *below)                                            \
	{                                                                      \
		openmp_event(&src_##fn, CALLER, (uint64_t)chunk);              \
		return REAL_HERE(fn)(n, counts, chunk, from, below);           \
	}

#define DOACROSS_RUNTIME(fn, type, text)                                       \
	bool fn(unsigned, type *, type *, type *);                             \
	OBSERVED(fn, text);                                                    \
	EXPORT bool fn(unsigned n, type *counts, type *from, type *below)      \
	{                                                                      \
		openmp_event(&src_##fn, CALLER, 0);                            \
		return REAL_HERE(fn)(n, counts, from, below);                  \
	}

#define DOACROSS_ANY(fn, type, text)                                           \
	bool fn(unsigned, type *, long, type, type *, type *, uintptr_t *,     \
		void **);                                                      \
	OBSERVED(fn, text);                                                    \
	EXPORT bool fn(unsigned n, type *counts, long kind, type chunk,        \
		       type *from, type *below, uintptr_t *reductions,         \
		       void **memory)                                          \
	{                                                                      \
		openmp_event(&src_##fn, CALLER, (uint64_t)kind);               \
		return REAL_HERE(fn)(n, counts, kind, chunk, from, below,      \
				     reductions, memory);                      \
	}

DOACROSS(GOMP_loop_doacross_dynamic_start, long,
	 "a loop with depend, schedule(dynamic)")
DOACROSS(GOMP_loop_doacross_guided_start, long,
	 "a loop with depend, schedule(guided)")
DOACROSS_RUNTIME(GOMP_loop_doacross_runtime_start, long,
		 "a loop with depend, schedule(runtime)")
DOACROSS_ANY(GOMP_loop_doacross_start, long,
	     "a loop with depend and task reductions")
DOACROSS(GOMP_loop_ull_doacross_dynamic_start, ull,
	 "a loop with depend, schedule(dynamic)" WIDE)
DOACROSS(GOMP_loop_ull_doacross_guided_start, ull,
	 "a loop with depend, schedule(guided)" WIDE)
DOACROSS_RUNTIME(GOMP_loop_ull_doacross_runtime_start, ull,
		 "a loop with depend, schedule(runtime)" WIDE)
DOACROSS_ANY(GOMP_loop_ull_doacross_start, ull,
	     "a loop with depend and task reductions" WIDE)

/* Loops with task reductions or memory of their own have one function for all
 * schedules, which it is told. */
enum { RUNTIME, STATIC, DYNAMIC, GUIDED, AUTO };
#define MONOTONIC 0x80000000l

struct schedule {
	long kind, chunk;
};

/* AUTO stands for nonmonotonic:runtime here. */
static struct schedule made_static(bool force, long kind, long chunk,
				   const void *caller)
{
	long plain = kind & ~MONOTONIC;

	if (!force || plain < RUNTIME || plain > AUTO || plain == STATIC)
		return (struct schedule){ kind, chunk };
	if (plain == RUNTIME || plain == AUTO)
		chunk = openmp_runtime_chunk(caller);
	else if (plain == GUIDED)
		chunk = 0;
	return (struct schedule){ STATIC, chunk };
}

#define MADE_STATIC(fn, kind, chunk)                                           \
	made_static(openmp_event(&src_##fn, CALLER, (uint64_t)(kind)), kind,   \
		    (long)(chunk), OPENMP_CALLER)

#define ANY_LOOP(fn, text)                                                     \
	bool fn(long, long, long, long, long, long *, long *, uintptr_t *,     \
		void **);                                                      \
	ROW(fn, .doc = text);                                                  \
	EXPORT bool fn(long start, long end, long step, long kind, long chunk, \
		       long *from, long *below, uintptr_t *reductions,         \
		       void **memory)                                          \
	{                                                                      \
		struct schedule s = MADE_STATIC(fn, kind, chunk);              \
                                                                               \
		return REAL_HERE(fn)(start, end, step, s.kind, s.chunk, from,  \
				     below, reductions, memory);               \
	}

#define ANY_LOOP_ULL(fn, text)                                                 \
	bool fn(bool, ull, ull, ull, long, ull, ull *, ull *, uintptr_t *,     \
		void **);                                                      \
	ROW(fn, .doc = text);                                                  \
	EXPORT bool fn(bool up, ull start, ull end, ull step, long kind,       \
		       ull chunk, ull *from, ull *below,                       \
		       uintptr_t *reductions, void **memory)                   \
	{                                                                      \
		struct schedule s = MADE_STATIC(fn, kind, chunk);              \
                                                                               \
		return REAL_HERE(fn)(up, start, end, step, s.kind,             \
				     (ull)s.chunk, from, below, reductions,    \
				     memory);                                  \
	}

ANY_LOOP(GOMP_loop_start, "a loop with task reductions")
ANY_LOOP(GOMP_loop_ordered_start, "an ordered loop with task reductions")
ANY_LOOP_ULL(GOMP_loop_ull_start, "a loop with task reductions" WIDE)
ANY_LOOP_ULL(GOMP_loop_ull_ordered_start,
	     "an ordered loop with task reductions" WIDE)
/*
 * Sections go to who comes first: libgomp has no other way, and as a static
 * loop a team of one gets all of them as one piece. Observed.
 */
unsigned GOMP_sections_start(unsigned count);
unsigned GOMP_sections2_start(unsigned count, uintptr_t *reductions,
			      void **memory);
OBSERVED(GOMP_sections_start, "sections");
OBSERVED(GOMP_sections2_start, "sections with task reductions");

EXPORT unsigned GOMP_sections_start(unsigned count)
{
	openmp_event(&src_GOMP_sections_start, CALLER, count);
	return REAL_HERE(GOMP_sections_start)(count);
}

EXPORT unsigned GOMP_sections2_start(unsigned count, uintptr_t *reductions,
				     void **memory)
{
	openmp_event(&src_GOMP_sections2_start, CALLER, count);
	return REAL_HERE(GOMP_sections2_start)(count, reductions, memory);
}

/* Regions: as many threads as --threads allows. n: of the clause, 0: none. */
#define REGION(fn, ret, text, params, args)                                    \
	ret fn params;                                                         \
	SOURCE(fn, .group = "openmp", .policy = SB_OBSERVE, .optional = 1,     \
	       .bound = 1, .counts = 1, .doc = text);                          \
	EXPORT ret fn params                                                   \
	{                                                                      \
		__typeof__(real_##fn) real = REAL_HERE(fn);                    \
                                                                               \
		openmp_event(&src_##fn, CALLER, n);                            \
		n = openmp_clause(&src_##fn, n);                               \
		openmp_region(OPENMP_CALLER, (void *)real, n);                 \
		return real args;                                              \
	}

REGION(GOMP_parallel, void, "a parallel region",
       (body *run, void *data, unsigned n, unsigned flags),
       (run, data, n, flags))
REGION(GOMP_parallel_start, void, "a parallel region, old code",
       (body *run, void *data, unsigned n), (run, data, n))
REGION(GOMP_parallel_reductions, unsigned,
       "a parallel region with task reductions",
       (body *run, void *data, unsigned n, unsigned flags),
       (run, data, n, flags))
REGION(GOMP_teams_reg, void, "a league of teams on the processor",
       (body *run, void *data, unsigned teams, unsigned n, unsigned flags),
       (run, data, teams, n, flags))
REGION(GOMP_parallel_loop_static, void,
       "a parallel region of a loop, schedule(static)",
       (body *run, void *data, unsigned n, long start, long end, long step,
	long chunk, unsigned flags),
       (run, data, n, start, end, step, chunk, flags))
REGION(GOMP_parallel_loop_static_start, void,
       "a parallel region of a loop, schedule(static), old code",
       (body *run, void *data, unsigned n, long start, long end, long step,
	long chunk),
       (run, data, n, start, end, step, chunk))
REGION(GOMP_parallel_sections, void, "a parallel region of sections",
       (body *run, void *data, unsigned n, unsigned count, unsigned flags),
       (run, data, n, count, flags))
REGION(GOMP_parallel_sections_start, void,
       "a parallel region of sections, old code",
       (body *run, void *data, unsigned n, unsigned count),
       (run, data, n, count))

/* Regions that are a loop: its first piece is asked for by the next one. */
#define LOOP_REGION(fn, size, text)                                            \
	void fn(body *, void *, unsigned, long, long, long, long, unsigned);   \
	ROW(fn, .doc = text);                                                  \
	EXPORT void fn(body *run, void *data, unsigned n, long start,          \
		       long end, long step, long chunk, unsigned flags)        \
	{                                                                      \
		bool force = openmp_event(&src_##fn, CALLER, n);               \
		__typeof__(real_##fn) real = (__typeof__(real))starter(        \
			&force, &src_GOMP_parallel_loop_static, &src_##fn,     \
			OPENMP_CALLER);                                        \
                                                                               \
		n = openmp_clause(&src_##fn, n);                               \
		openmp_region(OPENMP_CALLER, (void *)real, n);                 \
		real(run, data, n, start, end, step,                           \
		     force ? size(chunk) : chunk, flags);                      \
	}

#define LOOP_REGION_RUNTIME(fn, ...)                                           \
	void fn(body *, void *, unsigned, long, long, long, unsigned);         \
	ROW(fn, .doc = __VA_ARGS__);                                           \
	EXPORT void fn(body *run, void *data, unsigned n, long start,          \
		       long end, long step, unsigned flags)                    \
	{                                                                      \
		bool force = openmp_event(&src_##fn, CALLER, n);               \
		void *real = starter(&force, &src_GOMP_parallel_loop_static,   \
				     &src_##fn, OPENMP_CALLER);                \
                                                                               \
		n = openmp_clause(&src_##fn, n);                               \
		openmp_region(OPENMP_CALLER, real, n);                         \
		if (force)                                                     \
			((__typeof__(real_GOMP_parallel_loop_static))real)(    \
				run, data, n, start, end, step,                \
				openmp_runtime_chunk(OPENMP_CALLER), flags);   \
		else                                                           \
			((__typeof__(real_##fn))real)(run, data, n, start,     \
						      end, step, flags);       \
	}

LOOP_REGION(GOMP_parallel_loop_dynamic, KEEP,
	    "a parallel region of a loop, schedule(monotonic:dynamic)")
LOOP_REGION(GOMP_parallel_loop_guided, BLOCK,
	    "a parallel region of a loop, schedule(monotonic:guided)")
LOOP_REGION(GOMP_parallel_loop_nonmonotonic_dynamic, KEEP,
	    "a parallel region of a loop, schedule(dynamic)")
LOOP_REGION(GOMP_parallel_loop_nonmonotonic_guided, BLOCK,
	    "a parallel region of a loop, schedule(guided)")
LOOP_REGION_RUNTIME(GOMP_parallel_loop_runtime,
		    "a parallel region of a loop, schedule(monotonic:runtime)")
LOOP_REGION_RUNTIME(GOMP_parallel_loop_nonmonotonic_runtime,
		    "a parallel region of a loop, "
		    "schedule(nonmonotonic:runtime)")
LOOP_REGION_RUNTIME(GOMP_parallel_loop_maybe_nonmonotonic_runtime,
		    "a parallel region of a loop, schedule(runtime)")

/* Up to GCC 4.8: the region goes on after the call. */
#define OLD_REGION(fn, size, text)                                             \
	void fn(body *, void *, unsigned, long, long, long, long);             \
	ROW(fn, .doc = text);                                                  \
	EXPORT void fn(body *run, void *data, unsigned n, long start,          \
		       long end, long step, long chunk)                        \
	{                                                                      \
		bool force = openmp_event(&src_##fn, CALLER, n);               \
		__typeof__(real_##fn) real = (__typeof__(real))starter(        \
			&force, &src_GOMP_parallel_loop_static_start,          \
			&src_##fn, OPENMP_CALLER);                             \
                                                                               \
		n = openmp_clause(&src_##fn, n);                               \
		openmp_region(OPENMP_CALLER, (void *)real, n);                 \
		real(run, data, n, start, end, step,                           \
		     force ? size(chunk) : chunk);                             \
	}

OLD_REGION(GOMP_parallel_loop_dynamic_start, KEEP,
	   "a parallel region of a loop, schedule(dynamic), old code")
OLD_REGION(GOMP_parallel_loop_guided_start, BLOCK,
	   "a parallel region of a loop, schedule(guided), old code")

void GOMP_parallel_loop_runtime_start(body *run, void *data, unsigned n,
				      long start, long end, long step);
ROW(GOMP_parallel_loop_runtime_start,
    .doc = "a parallel region of a loop, schedule(runtime), old code");

EXPORT void GOMP_parallel_loop_runtime_start(body *run, void *data, unsigned n,
					     long start, long end, long step)
{
	struct source *row = &src_GOMP_parallel_loop_runtime_start;
	bool force = openmp_event(row, CALLER, n);
	void *real = starter(&force, &src_GOMP_parallel_loop_static_start, row,
			     OPENMP_CALLER);

	n = openmp_clause(row, n);
	openmp_region(OPENMP_CALLER, real, n);
	if (force)
		((__typeof__(real_GOMP_parallel_loop_static_start))real)(
			run, data, n, start, end, step,
			openmp_runtime_chunk(OPENMP_CALLER));
	else
		((__typeof__(real_GOMP_parallel_loop_runtime_start))real)(
			run, data, n, start, end, step);
}
