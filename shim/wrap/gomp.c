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

enum { RUNTIME, STATIC, DYNAMIC, GUIDED, AUTO };
#define MONOTONIC 0x80000000l

#define ROW(fn, ...)                                                           \
	SOURCE(fn, .group = "openmp", .policy = SB_FORCE, .optional = 1,       \
	       .bound = 1, __VA_ARGS__)
#define HOOKED(fn)                                                             \
	SOURCE(fn, .group = "openmp", .optional = 1, .inner = 1, .bound = 1)
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
#define STATIC_LOOP(fn, ordered)                                               \
	bool fn(long, long, long, long, long *, long *);                       \
	HOOKED(fn);                                                            \
	EXPORT bool fn(long start, long end, long step, long chunk,            \
		       long *from, long *below)                                \
	{                                                                      \
		struct member *m = OPENMP_MEMBER(fn);                          \
                                                                               \
		if (m)                                                         \
			return begin(m, loop_signed(start, end, step, chunk),  \
				     ordered, from, below);                    \
		return REAL_HERE(fn)(start, end, step, chunk, from, below);    \
	}

#define STATIC_LOOP_ULL(fn, ordered)                                           \
	bool fn(bool, ull, ull, ull, ull, ull *, ull *);                       \
	HOOKED(fn);                                                            \
	EXPORT bool fn(bool up, ull start, ull end, ull step, ull chunk,       \
		       ull *from, ull *below)                                  \
	{                                                                      \
		struct member *m = OPENMP_MEMBER(fn);                          \
                                                                               \
		if (m)                                                         \
			return begin(m,                                        \
				     loop_unsigned(up, start, end, step,       \
						   chunk),                     \
				     ordered, from, below);                    \
		return REAL_HERE(fn)(up, start, end, step, chunk, from,        \
				     below);                                   \
	}

static bool begin(struct member *m, struct loop l, bool ordered, void *from,
		  void *below)
{
	loop_begin(m, &l, ordered, NULL);
	return loop_next(m, from, below);
}

STATIC_LOOP(GOMP_loop_static_start, false)
STATIC_LOOP(GOMP_loop_ordered_static_start, true)
STATIC_LOOP_ULL(GOMP_loop_ull_static_start, false)
STATIC_LOOP_ULL(GOMP_loop_ull_ordered_static_start, true)

#define KEEP(chunk) (chunk)
#define BLOCK(chunk) 0

#define ORDERED_BY(fn) (__builtin_strstr(#fn, "_ordered_") != NULL)

#define LOOP(fn, ours, size, text)                                             \
	bool fn(long, long, long, long, long *, long *);                       \
	ROW(fn, .doc = text);                                                  \
	EXPORT bool fn(long start, long end, long step, long chunk,            \
		       long *from, long *below)                                \
	{                                                                      \
		bool force = openmp_event(&src_##fn, CALLER, (uint64_t)chunk); \
		struct member *m = OPENMP_MEMBER(fn);                          \
		__typeof__(real_##fn) real;                                    \
                                                                               \
		if (m)                                                         \
			return begin(m,                                        \
				     loop_signed(start, end, step,             \
						 size(chunk)),                 \
				     ORDERED_BY(fn), from, below);             \
		real = (__typeof__(real))starter(&force, &src_##ours,          \
						 &src_##fn, OPENMP_CALLER);    \
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
		struct member *m = OPENMP_MEMBER(fn);                          \
		__typeof__(real_##fn) real;                                    \
                                                                               \
		if (m)                                                         \
			return begin(m,                                        \
				     loop_unsigned(up, start, end, step,       \
						   size(chunk)),               \
				     ORDERED_BY(fn), from, below);             \
		real = (__typeof__(real))starter(&force, &src_##ours,          \
						 &src_##fn, OPENMP_CALLER);    \
		return real(up, start, end, step, force ? size(chunk) : chunk, \
			    from, below);                                      \
	}

/* schedule(runtime) has its chunk in the library. */
#define RUNTIME_PIECE(m) loop_piece(&(m)->task->set, RUNTIME, 0)
#define LOOP_RUNTIME(fn, ours, ...)                                            \
	bool fn(long, long, long, long *, long *);                             \
	ROW(fn, .doc = __VA_ARGS__);                                           \
	EXPORT bool fn(long start, long end, long step, long *from,            \
		       long *below)                                            \
	{                                                                      \
		bool force = openmp_event(&src_##fn, CALLER, 0);               \
		struct member *m = OPENMP_MEMBER(fn);                          \
		void *real;                                                    \
                                                                               \
		if (m)                                                         \
			return begin(m,                                        \
				     loop_signed(start, end, step,             \
						 (long)RUNTIME_PIECE(m)),      \
				     ORDERED_BY(fn), from, below);             \
		real = starter(&force, &src_##ours, &src_##fn, OPENMP_CALLER); \
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
		struct member *m = OPENMP_MEMBER(fn);                          \
		void *real;                                                    \
                                                                               \
		if (m)                                                         \
			return begin(m,                                        \
				     loop_unsigned(up, start, end, step,       \
						   RUNTIME_PIECE(m)),          \
				     ORDERED_BY(fn), from, below);             \
		real = starter(&force, &src_##ours, &src_##fn, OPENMP_CALLER); \
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

/* In GCC's code a pointer that is NULL asks for no first piece. */
#define MEMORY(reductions, memory)                                             \
	(&(struct task_memory){ reductions, memory })
#define KIND_BY(fn)                                                            \
	(__builtin_strstr(#fn, "guided") ? GUIDED : __builtin_strstr(#fn, "dynamic") ? DYNAMIC     \
								 : STATIC)

static bool depending(struct member *m, unsigned n, const void *counts,
		      long kind, uint64_t chunk, void *from, void *below,
		      const struct task_memory *t)
{
	depend_begin(m, n, counts, loop_piece(&m->task->set, kind, chunk), t);
	return !from || loop_next(m, from, below);
}

static bool any(struct member *m, struct loop l, long kind, bool ordered,
		void *from, void *below, const struct task_memory *t)
{
	l.piece = loop_piece(&m->task->set, kind, l.piece);
	loop_begin(m, &l, ordered, t);
	return !from || loop_next(m, from, below);
}

#define DOACROSS(fn, type, text)                                               \
	bool fn(unsigned, type *, type, type *, type *);                       \
	OBSERVED(fn, text);                                                    \
	EXPORT bool fn(unsigned n, type *counts, type chunk, type *from,       \
		       type *below)                                            \
	{                                                                      \
		struct member *m = OPENMP_MEMBER(fn);                          \
                                                                               \
		openmp_event(&src_##fn, CALLER, (uint64_t)chunk);              \
		if (m)                                                         \
			return depending(m, n, counts, KIND_BY(fn),            \
					 (uint64_t)chunk, from, below, NULL);  \
		return REAL_HERE(fn)(n, counts, chunk, from, below);           \
	}

#define DOACROSS_STATIC(fn, type)                                              \
	bool fn(unsigned, type *, type, type *, type *);                       \
	HOOKED(fn);                                                            \
	EXPORT bool fn(unsigned n, type *counts, type chunk, type *from,       \
		       type *below)                                            \
	{                                                                      \
		struct member *m = OPENMP_MEMBER(fn);                          \
                                                                               \
		if (m)                                                         \
			return depending(m, n, counts, STATIC,                 \
					 (uint64_t)chunk, from, below, NULL);  \
		return REAL_HERE(fn)(n, counts, chunk, from, below);           \
	}

#define DOACROSS_RUNTIME(fn, type, text)                                       \
	bool fn(unsigned, type *, type *, type *);                             \
	OBSERVED(fn, text);                                                    \
	EXPORT bool fn(unsigned n, type *counts, type *from, type *below)      \
	{                                                                      \
		struct member *m = OPENMP_MEMBER(fn);                          \
                                                                               \
		openmp_event(&src_##fn, CALLER, 0);                            \
		if (m)                                                         \
			return depending(m, n, counts, RUNTIME, 0, from,       \
					 below, NULL);                         \
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
		struct member *m = OPENMP_MEMBER(fn);                          \
                                                                               \
		openmp_event(&src_##fn, CALLER, (uint64_t)kind);               \
		if (m)                                                         \
			return depending(m, n, counts, kind, (uint64_t)chunk,  \
					 from, below,                          \
					 MEMORY(reductions, memory));          \
		return REAL_HERE(fn)(n, counts, kind, chunk, from, below,      \
				     reductions, memory);                      \
	}

DOACROSS_STATIC(GOMP_loop_doacross_static_start, long)
DOACROSS_STATIC(GOMP_loop_ull_doacross_static_start, ull)
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
		struct member *m = OPENMP_MEMBER(fn);                          \
		struct schedule s;                                             \
                                                                               \
		if (m) {                                                       \
			openmp_event(&src_##fn, CALLER, (uint64_t)kind);       \
			return any(m, loop_signed(start, end, step, chunk),    \
				   kind, ORDERED_BY(fn), from, below,          \
				   MEMORY(reductions, memory));                \
		}                                                              \
		s = MADE_STATIC(fn, kind, chunk);                              \
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
		struct member *m = OPENMP_MEMBER(fn);                          \
		struct schedule s;                                             \
                                                                               \
		if (m) {                                                       \
			openmp_event(&src_##fn, CALLER, (uint64_t)kind);       \
			return any(m,                                          \
				   loop_unsigned(up, start, end, step, chunk), \
				   kind, ORDERED_BY(fn), from, below,          \
				   MEMORY(reductions, memory));                \
		}                                                              \
		s = MADE_STATIC(fn, kind, chunk);                              \
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
	struct member *m = OPENMP_MEMBER(GOMP_sections_start);

	openmp_event(&src_GOMP_sections_start, CALLER, count);
	if (m)
		return sections_begin(m, count, NULL);
	return REAL_HERE(GOMP_sections_start)(count);
}

EXPORT unsigned GOMP_sections2_start(unsigned count, uintptr_t *reductions,
				     void **memory)
{
	struct member *m = OPENMP_MEMBER(GOMP_sections2_start);

	openmp_event(&src_GOMP_sections2_start, CALLER, count);
	if (m)
		return sections_begin(m, count, MEMORY(reductions, memory));
	return REAL_HERE(GOMP_sections2_start)(count, reductions, memory);
}

/* Regions: as many threads as --threads allows. n: of the clause, 0: none. */
#define REGION(fn, ret, text, params, args, ours)                              \
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
		if (openmp_serves((void *)real))                               \
			return (ret)ours;                                      \
		return real args;                                              \
	}

/* A region of ours. */
#define TEAM(how, ...)                                                         \
	how(&(struct region){ .fn = run, .data = data, .threads = n,           \
			      __VA_ARGS__ },                                   \
	    OPENMP_CALLER)

static unsigned run_team(struct region *r, const void *caller)
{
	openmp_outside(&r->outside, caller);
	return team_run(r);
}

static unsigned open_team(struct region *r, const void *caller)
{
	openmp_outside(&r->outside, caller);
	return team_open(r);
}

static struct loop *loop_of(struct loop *l, long start, long end, long step,
			    long chunk)
{
	*l = loop_signed(start, end, step, chunk);
	return l;
}
#define LOOP_OF(chunk) loop_of(&(struct loop){ 0 }, start, end, step, chunk)

REGION(GOMP_parallel, void, "a parallel region",
       (body *run, void *data, unsigned n, unsigned flags),
       (run, data, n, flags), TEAM(run_team, ))
REGION(GOMP_parallel_start, void, "a parallel region, old code",
       (body *run, void *data, unsigned n), (run, data, n), TEAM(open_team, ))
REGION(GOMP_parallel_reductions, unsigned,
       "a parallel region with task reductions",
       (body *run, void *data, unsigned n, unsigned flags),
       (run, data, n, flags),
       TEAM(run_team, .reductions = *(uintptr_t **)data))
REGION(GOMP_parallel_loop_static, void,
       "a parallel region of a loop, schedule(static)",
       (body *run, void *data, unsigned n, long start, long end, long step,
	long chunk, unsigned flags),
       (run, data, n, start, end, step, chunk, flags),
       TEAM(run_team, .loop = LOOP_OF(chunk)))
REGION(GOMP_parallel_loop_static_start, void,
       "a parallel region of a loop, schedule(static), old code",
       (body *run, void *data, unsigned n, long start, long end, long step,
	long chunk),
       (run, data, n, start, end, step, chunk),
       TEAM(open_team, .loop = LOOP_OF(chunk)))
REGION(GOMP_parallel_sections, void, "a parallel region of sections",
       (body *run, void *data, unsigned n, unsigned count, unsigned flags),
       (run, data, n, count, flags), TEAM(run_team, .sections = count))
REGION(GOMP_parallel_sections_start, void,
       "a parallel region of sections, old code",
       (body *run, void *data, unsigned n, unsigned count),
       (run, data, n, count), TEAM(open_team, .sections = count))

/* libgomp runs the teams of a league one after the other, each by its first
 * thread, and so they are left to it. */
void GOMP_teams_reg(body *run, void *data, unsigned teams, unsigned n,
		    unsigned flags);
SOURCE(GOMP_teams_reg, .group = "openmp", .policy = SB_OBSERVE, .optional = 1,
       .bound = 1, .counts = 1, .doc = "a league of teams on the processor");

EXPORT void GOMP_teams_reg(body *run, void *data, unsigned teams, unsigned n,
			   unsigned flags)
{
	__typeof__(real_GOMP_teams_reg) real = REAL_HERE(GOMP_teams_reg);

	openmp_event(&src_GOMP_teams_reg, CALLER, n);
	n = openmp_clause(&src_GOMP_teams_reg, n);
	openmp_region(OPENMP_CALLER, (void *)real, n);
	openmp_leagues++;
	real(run, data, teams, n, flags);
	openmp_leagues--;
}

/* The end of those of old code. */
void GOMP_parallel_end(void);
HOOKED(GOMP_parallel_end);

EXPORT void GOMP_parallel_end(void)
{
	if (OPENMP_MEMBER(GOMP_parallel_end))
		team_close();
	else
		REAL_HERE(GOMP_parallel_end)();
}

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
		if (openmp_serves((void *)real)) {                             \
			TEAM(run_team, .loop = LOOP_OF(size(chunk)));          \
			return;                                                \
		}                                                              \
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
		if (openmp_serves(real)) {                                     \
			TEAM(run_team, .loop = LOOP_OF(0), .runtime = true);   \
			return;                                                \
		}                                                              \
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
		if (openmp_serves((void *)real)) {                             \
			TEAM(open_team, .loop = LOOP_OF(size(chunk)));         \
			return;                                                \
		}                                                              \
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
	if (openmp_serves(real))
		TEAM(open_team, .loop = LOOP_OF(0), .runtime = true);
	else if (force)
		((__typeof__(real_GOMP_parallel_loop_static_start))real)(
			run, data, n, start, end, step,
			openmp_runtime_chunk(OPENMP_CALLER));
	else
		((__typeof__(real_GOMP_parallel_loop_runtime_start))real)(
			run, data, n, start, end, step);
}
