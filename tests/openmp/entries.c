/* SPDX-License-Identifier: MIT */
/*
 * Calls every entry point of libgomp's that hands out iterations, as compilers
 * do, with 1 to 8 threads. Each iteration must come exactly once, ordered ones
 * in order. Prints, for each, who got what.
 *
 *	entries [REPETITIONS [NAME | -]]
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

typedef unsigned long long ull;
typedef void body(void *);

enum { RUNTIME, STATIC, DYNAMIC, GUIDED, AUTO };
#define MONOTONIC 0x80000000l

/* What compilers never have a header for. */
#define LONG_START(fn) bool fn(long, long, long, long, long *, long *);
#define ULL_START(fn) bool fn(bool, ull, ull, ull, ull, ull *, ull *);
#define LONG_RUNTIME(fn) bool fn(long, long, long, long *, long *);
#define ULL_RUNTIME(fn) bool fn(bool, ull, ull, ull, ull *, ull *);
#define ACROSS(fn) bool fn(unsigned, long *, long, long *, long *);
#define ULL_ACROSS(fn) bool fn(unsigned, ull *, ull, ull *, ull *);
#define ACROSS_RUNTIME(fn) bool fn(unsigned, long *, long *, long *);
#define ULL_ACROSS_RUNTIME(fn) bool fn(unsigned, ull *, ull *, ull *);
#define LONG_ANY(fn)                                                           \
	bool fn(long, long, long, long, long, long *, long *, uintptr_t *,     \
		void **);
#define ULL_ANY(fn)                                                            \
	bool fn(bool, ull, ull, ull, long, ull, ull *, ull *, uintptr_t *,     \
		void **);
#define ACROSS_ANY(fn)                                                         \
	bool fn(unsigned, long *, long, long, long *, long *, uintptr_t *,     \
		void **);
#define ULL_ACROSS_ANY(fn)                                                     \
	bool fn(unsigned, ull *, long, ull, ull *, ull *, uintptr_t *, void **);
#define REGION(fn)                                                             \
	void fn(body *, void *, unsigned, long, long, long, long, unsigned);
#define REGION_RUNTIME(fn)                                                     \
	void fn(body *, void *, unsigned, long, long, long, unsigned);
#define OLD(fn) void fn(body *, void *, unsigned, long, long, long, long);
#define OLD_RUNTIME(fn) void fn(body *, void *, unsigned, long, long, long);
#define NEXT(fn) bool fn(long *, long *);
#define ULL_NEXT(fn) bool fn(ull *, ull *);

#define LOOPS(form)                                                            \
	form##_START(NAME(dynamic_start)) form##_START(NAME(guided_start))     \
	form##_START(NAME(nonmonotonic_dynamic_start))                         \
	form##_START(NAME(nonmonotonic_guided_start))                          \
	form##_START(NAME(ordered_dynamic_start))                              \
	form##_START(NAME(ordered_guided_start))                               \
	form##_RUNTIME(NAME(runtime_start))                                    \
	form##_RUNTIME(NAME(nonmonotonic_runtime_start))                       \
	form##_RUNTIME(NAME(maybe_nonmonotonic_runtime_start))                 \
	form##_RUNTIME(NAME(ordered_runtime_start))                            \
	form##_ANY(NAME(start)) form##_ANY(NAME(ordered_start))
#define NEXTS(next)                                                            \
	next(NAME(dynamic_next)) next(NAME(guided_next))                       \
	next(NAME(nonmonotonic_dynamic_next))                                  \
	next(NAME(nonmonotonic_guided_next)) next(NAME(ordered_dynamic_next))  \
	next(NAME(ordered_guided_next)) next(NAME(runtime_next))               \
	next(NAME(nonmonotonic_runtime_next))                                  \
	next(NAME(maybe_nonmonotonic_runtime_next))                            \
	next(NAME(ordered_runtime_next))

#define NAME(part) GOMP_loop_##part
LOOPS(LONG)
NEXTS(NEXT)
#undef NAME
#define NAME(part) GOMP_loop_ull_##part
LOOPS(ULL)
NEXTS(ULL_NEXT)
#undef NAME
ACROSS(GOMP_loop_doacross_dynamic_start)
ACROSS(GOMP_loop_doacross_guided_start)
ACROSS_RUNTIME(GOMP_loop_doacross_runtime_start)
ACROSS_ANY(GOMP_loop_doacross_start)
ULL_ACROSS(GOMP_loop_ull_doacross_dynamic_start)
ULL_ACROSS(GOMP_loop_ull_doacross_guided_start)
ULL_ACROSS_RUNTIME(GOMP_loop_ull_doacross_runtime_start)
ULL_ACROSS_ANY(GOMP_loop_ull_doacross_start)
REGION(GOMP_parallel_loop_static)
REGION(GOMP_parallel_loop_dynamic)
REGION(GOMP_parallel_loop_guided)
REGION(GOMP_parallel_loop_nonmonotonic_dynamic)
REGION(GOMP_parallel_loop_nonmonotonic_guided)
REGION_RUNTIME(GOMP_parallel_loop_runtime)
REGION_RUNTIME(GOMP_parallel_loop_nonmonotonic_runtime)
REGION_RUNTIME(GOMP_parallel_loop_maybe_nonmonotonic_runtime)
OLD(GOMP_parallel_loop_static_start)
OLD(GOMP_parallel_loop_dynamic_start)
OLD(GOMP_parallel_loop_guided_start)
OLD_RUNTIME(GOMP_parallel_loop_runtime_start)
NEXT(GOMP_loop_static_next)

void GOMP_parallel(body *, void *, unsigned, unsigned);
void GOMP_parallel_start(body *, void *, unsigned);
void GOMP_parallel_end(void);
void GOMP_parallel_sections(body *, void *, unsigned, unsigned, unsigned);
void GOMP_parallel_sections_start(body *, void *, unsigned, unsigned);
unsigned GOMP_sections_start(unsigned);
unsigned GOMP_sections2_start(unsigned, uintptr_t *, void **);
unsigned GOMP_sections_next(void);
void GOMP_sections_end(void);
void GOMP_loop_end(void);
void GOMP_loop_end_nowait(void);
void GOMP_ordered_start(void);
void GOMP_ordered_end(void);
void GOMP_teams_reg(body *, void *, unsigned, unsigned, unsigned);
int omp_get_thread_num(void);
int omp_get_num_threads(void);
void omp_set_schedule(int, int);

enum form {
	AS_LONG, AS_ULL, AS_LONG_RUNTIME, AS_ULL_RUNTIME, AS_ACROSS,
	AS_ULL_ACROSS, AS_ACROSS_RUNTIME, AS_ULL_ACROSS_RUNTIME, AS_ANY,
	AS_ULL_ANY, AS_ACROSS_ANY, AS_ULL_ACROSS_ANY, AS_REGION,
	AS_REGION_RUNTIME, AS_OLD, AS_OLD_RUNTIME, AS_SECTIONS, AS_SECTIONS2,
	AS_REGION_SECTIONS, AS_OLD_SECTIONS, AS_PLAIN_OLD,
};

struct entry {
	const char *name;
	enum form form;
	void *start, *next;
	bool wide, ordered;
	long kind;
};

#define N 61
#define E(fn, form, next, ...) { #fn, form, (void *)fn, (void *)next,          \
				 __VA_ARGS__ }
#define ULL .wide = true
#define INORDER .ordered = true
static const struct entry entry[] = {
	E(GOMP_loop_dynamic_start, AS_LONG, GOMP_loop_dynamic_next),
	E(GOMP_loop_guided_start, AS_LONG, GOMP_loop_guided_next),
	E(GOMP_loop_nonmonotonic_dynamic_start, AS_LONG,
	  GOMP_loop_nonmonotonic_dynamic_next),
	E(GOMP_loop_nonmonotonic_guided_start, AS_LONG,
	  GOMP_loop_nonmonotonic_guided_next),
	E(GOMP_loop_ordered_dynamic_start, AS_LONG,
	  GOMP_loop_ordered_dynamic_next, INORDER),
	E(GOMP_loop_ordered_guided_start, AS_LONG,
	  GOMP_loop_ordered_guided_next, INORDER),
	E(GOMP_loop_runtime_start, AS_LONG_RUNTIME, GOMP_loop_runtime_next),
	E(GOMP_loop_nonmonotonic_runtime_start, AS_LONG_RUNTIME,
	  GOMP_loop_nonmonotonic_runtime_next),
	E(GOMP_loop_maybe_nonmonotonic_runtime_start, AS_LONG_RUNTIME,
	  GOMP_loop_maybe_nonmonotonic_runtime_next),
	E(GOMP_loop_ordered_runtime_start, AS_LONG_RUNTIME,
	  GOMP_loop_ordered_runtime_next, INORDER),
	E(GOMP_loop_ull_dynamic_start, AS_ULL, GOMP_loop_ull_dynamic_next, ULL),
	E(GOMP_loop_ull_guided_start, AS_ULL, GOMP_loop_ull_guided_next, ULL),
	E(GOMP_loop_ull_nonmonotonic_dynamic_start, AS_ULL,
	  GOMP_loop_ull_nonmonotonic_dynamic_next, ULL),
	E(GOMP_loop_ull_nonmonotonic_guided_start, AS_ULL,
	  GOMP_loop_ull_nonmonotonic_guided_next, ULL),
	E(GOMP_loop_ull_ordered_dynamic_start, AS_ULL,
	  GOMP_loop_ull_ordered_dynamic_next, ULL, INORDER),
	E(GOMP_loop_ull_ordered_guided_start, AS_ULL,
	  GOMP_loop_ull_ordered_guided_next, ULL, INORDER),
	E(GOMP_loop_ull_runtime_start, AS_ULL_RUNTIME,
	  GOMP_loop_ull_runtime_next, ULL),
	E(GOMP_loop_ull_nonmonotonic_runtime_start, AS_ULL_RUNTIME,
	  GOMP_loop_ull_nonmonotonic_runtime_next, ULL),
	E(GOMP_loop_ull_maybe_nonmonotonic_runtime_start, AS_ULL_RUNTIME,
	  GOMP_loop_ull_maybe_nonmonotonic_runtime_next, ULL),
	E(GOMP_loop_ull_ordered_runtime_start, AS_ULL_RUNTIME,
	  GOMP_loop_ull_ordered_runtime_next, ULL, INORDER),
	E(GOMP_loop_doacross_dynamic_start, AS_ACROSS, GOMP_loop_dynamic_next),
	E(GOMP_loop_doacross_guided_start, AS_ACROSS, GOMP_loop_guided_next),
	E(GOMP_loop_doacross_runtime_start, AS_ACROSS_RUNTIME,
	  GOMP_loop_runtime_next),
	E(GOMP_loop_ull_doacross_dynamic_start, AS_ULL_ACROSS,
	  GOMP_loop_ull_dynamic_next, ULL),
	E(GOMP_loop_ull_doacross_guided_start, AS_ULL_ACROSS,
	  GOMP_loop_ull_guided_next, ULL),
	E(GOMP_loop_ull_doacross_runtime_start, AS_ULL_ACROSS_RUNTIME,
	  GOMP_loop_ull_runtime_next, ULL),
	E(GOMP_loop_start, AS_ANY, GOMP_loop_dynamic_next, .kind = DYNAMIC),
	E(GOMP_loop_start, AS_ANY, GOMP_loop_guided_next,
	  .kind = GUIDED | MONOTONIC),
	E(GOMP_loop_start, AS_ANY, GOMP_loop_runtime_next, .kind = RUNTIME),
	E(GOMP_loop_start, AS_ANY, GOMP_loop_runtime_next, .kind = AUTO),
	E(GOMP_loop_ordered_start, AS_ANY, GOMP_loop_ordered_dynamic_next,
	  INORDER, .kind = DYNAMIC),
	E(GOMP_loop_ull_start, AS_ULL_ANY, GOMP_loop_ull_dynamic_next, ULL,
	  .kind = DYNAMIC | MONOTONIC),
	E(GOMP_loop_ull_ordered_start, AS_ULL_ANY,
	  GOMP_loop_ull_ordered_guided_next, ULL, INORDER, .kind = GUIDED),
	E(GOMP_loop_doacross_start, AS_ACROSS_ANY, GOMP_loop_dynamic_next,
	  .kind = DYNAMIC),
	E(GOMP_loop_ull_doacross_start, AS_ULL_ACROSS_ANY,
	  GOMP_loop_ull_guided_next, ULL, .kind = GUIDED),
	E(GOMP_parallel_loop_static, AS_REGION, GOMP_loop_static_next),
	E(GOMP_parallel_loop_dynamic, AS_REGION, GOMP_loop_dynamic_next),
	E(GOMP_parallel_loop_guided, AS_REGION, GOMP_loop_guided_next),
	E(GOMP_parallel_loop_nonmonotonic_dynamic, AS_REGION,
	  GOMP_loop_nonmonotonic_dynamic_next),
	E(GOMP_parallel_loop_nonmonotonic_guided, AS_REGION,
	  GOMP_loop_nonmonotonic_guided_next),
	E(GOMP_parallel_loop_runtime, AS_REGION_RUNTIME,
	  GOMP_loop_runtime_next),
	E(GOMP_parallel_loop_nonmonotonic_runtime, AS_REGION_RUNTIME,
	  GOMP_loop_nonmonotonic_runtime_next),
	E(GOMP_parallel_loop_maybe_nonmonotonic_runtime, AS_REGION_RUNTIME,
	  GOMP_loop_maybe_nonmonotonic_runtime_next),
	E(GOMP_parallel_loop_static_start, AS_OLD, GOMP_loop_static_next),
	E(GOMP_parallel_loop_dynamic_start, AS_OLD, GOMP_loop_dynamic_next),
	E(GOMP_parallel_loop_guided_start, AS_OLD, GOMP_loop_guided_next),
	E(GOMP_parallel_loop_runtime_start, AS_OLD_RUNTIME,
	  GOMP_loop_runtime_next),
	E(GOMP_sections_start, AS_SECTIONS, NULL),
	E(GOMP_sections2_start, AS_SECTIONS2, NULL),
	E(GOMP_parallel_sections, AS_REGION_SECTIONS, NULL),
	E(GOMP_parallel_sections_start, AS_OLD_SECTIONS, NULL),
	E(GOMP_parallel_start, AS_PLAIN_OLD, GOMP_loop_dynamic_next),
};
#define ENTRIES (sizeof(entry) / sizeof(*entry))

static unsigned hits[N];
static int owner[N];
static long last;
static bool bad;

static void mark(const struct entry *e, long i)
{
	if (i < 0 || i >= N) {
		bad = true;
		return;
	}
	if (e->ordered) {
		GOMP_ordered_start();
		bad |= last != i - 1;
		last = i;
		GOMP_ordered_end();
	}
	__atomic_add_fetch(&hits[i], 1, __ATOMIC_RELAXED);
	owner[i] = omp_get_thread_num();
}

/* Every third number, from below or from above. */
#define CHUNK 2
#define STEP 3

static bool first(const struct entry *e, long *from, long *below)
{
	long counts[] = { N, 1 };
	ull wide[] = { N, 1 }, *f = (ull *)from, *b = (ull *)below;

	switch (e->form) {
	case AS_LONG:
		return ((__typeof__(&GOMP_loop_dynamic_start))e->start)(
			0, STEP * N, STEP, CHUNK, from, below);
	case AS_LONG_RUNTIME:
		return ((__typeof__(&GOMP_loop_runtime_start))e->start)(
			0, STEP * N, STEP, from, below);
	case AS_ULL:
		return ((__typeof__(&GOMP_loop_ull_dynamic_start))e->start)(
			true, 0, STEP * N, STEP, CHUNK, f, b);
	case AS_ULL_RUNTIME:
		return ((__typeof__(&GOMP_loop_ull_runtime_start))e->start)(
			true, 0, STEP * N, STEP, f, b);
	case AS_ACROSS:
		return ((__typeof__(&GOMP_loop_doacross_dynamic_start))
				e->start)(1, counts, CHUNK, from, below);
	case AS_ACROSS_RUNTIME:
		return ((__typeof__(&GOMP_loop_doacross_runtime_start))
				e->start)(1, counts, from, below);
	case AS_ULL_ACROSS:
		return ((__typeof__(&GOMP_loop_ull_doacross_dynamic_start))
				e->start)(1, wide, CHUNK, f, b);
	case AS_ULL_ACROSS_RUNTIME:
		return ((__typeof__(&GOMP_loop_ull_doacross_runtime_start))
				e->start)(1, wide, f, b);
	case AS_ANY:
		return ((__typeof__(&GOMP_loop_start))e->start)(
			0, STEP * N, STEP, e->kind, CHUNK, from, below, NULL,
			NULL);
	case AS_ULL_ANY:
		return ((__typeof__(&GOMP_loop_ull_start))e->start)(
			true, 0, STEP * N, STEP, e->kind, CHUNK, f, b, NULL,
			NULL);
	case AS_ACROSS_ANY:
		return GOMP_loop_doacross_start(1, counts, e->kind, CHUNK, from,
						below, NULL, NULL);
	case AS_ULL_ACROSS_ANY:
		return GOMP_loop_ull_doacross_start(1, wide, e->kind, CHUNK, f,
						    b, NULL, NULL);
	case AS_PLAIN_OLD:
		return GOMP_loop_dynamic_start(0, STEP * N, STEP, CHUNK, from,
					       below);
	default: /* the region has started it */
		return ((__typeof__(&GOMP_loop_dynamic_next))e->next)(from,
								      below);
	}
}

static long step_of(const struct entry *e)
{
	bool across = e->form >= AS_ACROSS &&
		      e->form <= AS_ULL_ACROSS_RUNTIME;

	return across || e->form == AS_ACROSS_ANY ||
	       e->form == AS_ULL_ACROSS_ANY ? 1 : STEP;
}

static bool next(const struct entry *e, long *from, long *below)
{
	if (e->wide)
		return ((__typeof__(&GOMP_loop_ull_dynamic_next))e->next)(
			(ull *)from, (ull *)below);
	return ((__typeof__(&GOMP_loop_dynamic_next))e->next)(from, below);
}

static void run_loop(void *arg)
{
	const struct entry *e = arg;
	long from, below, step = step_of(e);
	bool more = first(e, &from, &below);

	while (more) {
		for (long i = from; i < below; i += step)
			mark(e, i / step);
		more = next(e, &from, &below);
	}
	GOMP_loop_end();
}

/* What a combined region does: its end is the loop's. */
static void run_combined(void *arg)
{
	const struct entry *e = arg;
	long from, below;

	while (next(e, &from, &below))
		for (long i = from; i < below; i += STEP)
			mark(e, i / STEP);
	GOMP_loop_end_nowait();
}

static void run_sections(void *arg)
{
	const struct entry *e = arg;
	unsigned s = e->form == AS_SECTIONS ? GOMP_sections_start(N)
		     : e->form == AS_SECTIONS2
			     ? GOMP_sections2_start(N, NULL, NULL)
			     : GOMP_sections_next();

	for (; s; s = GOMP_sections_next())
		mark(e, (long)s - 1);
	GOMP_sections_end();
}

static void run(const struct entry *e, unsigned threads)
{
	void *arg = (void *)(uintptr_t)e;

	switch (e->form) {
	case AS_REGION:
		((__typeof__(&GOMP_parallel_loop_dynamic))e->start)(
			run_combined, arg, threads, 0, STEP * N, STEP, CHUNK,
			0);
		break;
	case AS_REGION_RUNTIME:
		((__typeof__(&GOMP_parallel_loop_runtime))e->start)(
			run_combined, arg, threads, 0, STEP * N, STEP, 0);
		break;
	case AS_OLD:
		((__typeof__(&GOMP_parallel_loop_dynamic_start))e->start)(
			run_combined, arg, threads, 0, STEP * N, STEP, CHUNK);
		run_combined(arg);
		GOMP_parallel_end();
		break;
	case AS_OLD_RUNTIME:
		GOMP_parallel_loop_runtime_start(run_combined, arg, threads, 0,
						 STEP * N, STEP);
		run_combined(arg);
		GOMP_parallel_end();
		break;
	case AS_REGION_SECTIONS:
		GOMP_parallel_sections(run_sections, arg, threads, N, 0);
		break;
	case AS_OLD_SECTIONS:
		GOMP_parallel_sections_start(run_sections, arg, threads, N);
		run_sections(arg);
		GOMP_parallel_end();
		break;
	case AS_SECTIONS:
	case AS_SECTIONS2:
		GOMP_parallel(run_sections, arg, threads, 0);
		break;
	case AS_PLAIN_OLD:
		GOMP_parallel_start(run_loop, arg, threads);
		run_loop(arg);
		GOMP_parallel_end();
		break;
	default:
		GOMP_parallel(run_loop, arg, threads, 0);
	}
}

/* libomp aborts in these, natively too, where nothing depends. */
static bool wanted(const struct entry *e, const char *only)
{
	if (only && !strcmp(only, "-"))
		return !strstr(e->name, "doacross");
	return !only || !strcmp(only, e->name);
}

static unsigned check(const struct entry *e, unsigned threads, bool show)
{
	unsigned wrong = bad;

	for (int i = 0; i < N; i++)
		wrong += hits[i] != 1;
	if (wrong)
		fprintf(stderr, "%s, %u threads: %u wrong\n", e->name, threads,
			wrong);
	if (!show)
		return wrong;
	printf("%s %ld %u ", e->name, e->kind & 7, threads);
	for (int i = 0; i < N; i++)
		putchar('0' + owner[i]);
	putchar('\n');
	return wrong;
}

static unsigned once(const struct entry *e, unsigned threads, int kind,
		     bool show)
{
	memset(hits, 0, sizeof(hits));
	last = -1;
	bad = false;
	omp_set_schedule(kind, kind == AUTO ? 0 : 3);
	run(e, threads);
	return check(e, threads, show);
}

static void nothing(void *arg)
{
	(void)arg;
}

int main(int argc, char **argv)
{
	int repetitions = argc > 1 ? atoi(argv[1]) : 1;
	const char *only = argc > 2 ? argv[2] : NULL;
	unsigned wrong = 0;

	for (int r = 0; r < repetitions; r++)
		for (size_t i = 0; i < ENTRIES; i++)
			for (unsigned t = 1; t <= 8; t++)
				if (wanted(&entry[i], only))
					wrong += once(&entry[i], t,
						      STATIC + r % 4,
						      r == repetitions - 1);
	GOMP_teams_reg(nothing, NULL, 1, 1, 0);
	return wrong > 0;
}
