/* SPDX-License-Identifier: MIT */
/*
 * Loops as compilers make them, with 1 to 8 threads: every iteration must come
 * exactly once. Prints who got what, and a sum over threads in their order.
 *
 *	loops [REPETITIONS [fork]]	fork: a child first, then its parent
 */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define N 203
#define THREADS 8

static unsigned hits[N];
static int owner[N];
static unsigned wrong;

static void mark(long i)
{
	__atomic_add_fetch(&hits[i], 1, __ATOMIC_RELAXED);
	owner[i] = omp_get_thread_num();
}

#define LOOP(name, type, clauses)                                              \
	static void name(int t)                                                \
	{                                                                      \
		PRAGMA(omp parallel for num_threads(t) clauses)                \
		for (type i = 0; i < N; i++)                                   \
			mark((long)i);                                         \
	}
/* Not combined: the loop begins within the region. */
#define WITHIN(name, type, clauses)                                            \
	static void name(int t)                                                \
	{                                                                      \
		PRAGMA(omp parallel num_threads(t))                            \
		{                                                              \
			PRAGMA(omp for clauses)                                \
			for (type i = 0; i < N; i++)                           \
				mark((long)i);                                 \
		}                                                              \
	}
#define PRAGMA(...) _Pragma(#__VA_ARGS__)

typedef unsigned long long ull;
LOOP(static_default, long, schedule(static))
LOOP(static_3, long, schedule(static, 3))
LOOP(dynamic_1, long, schedule(dynamic, 1))
LOOP(dynamic_7, int, schedule(dynamic, 7))
LOOP(dynamic_unsigned, unsigned, schedule(dynamic, 2))
LOOP(dynamic_mono, long, schedule(monotonic : dynamic, 1))
LOOP(guided, long, schedule(guided))
LOOP(guided_5, int, schedule(guided, 5))
LOOP(guided_nonmono, long, schedule(nonmonotonic : guided, 2))
LOOP(run_time, long, schedule(runtime))
LOOP(automatic, long, schedule(auto))
LOOP(wide_dynamic, ull, schedule(dynamic, 3))
LOOP(wide_guided, ull, schedule(guided))
LOOP(wide_runtime, ull, schedule(runtime))
WITHIN(within_dynamic, int, schedule(dynamic, 1))
WITHIN(within_guided, long, schedule(guided))
WITHIN(within_runtime, long, schedule(runtime))
WITHIN(within_nowait, long, schedule(dynamic, 2) nowait)
WITHIN(within_wide, ull, schedule(dynamic, 2))
WITHIN(within_wide_runtime, ull, schedule(runtime))

#define ORDERED(name, type, clauses)                                           \
	static void name(int t)                                                \
	{                                                                      \
		long next = 0;                                                 \
                                                                               \
		PRAGMA(omp parallel for ordered num_threads(t) clauses)        \
		for (type i = 0; i < N; i++) {                                 \
			mark((long)i);                                         \
			PRAGMA(omp ordered)                                    \
			{                                                      \
				wrong += next != (long)i;                      \
				next = (long)i + 1;                            \
			}                                                      \
		}                                                              \
	}

ORDERED(ordered_dynamic, long, schedule(dynamic, 1))
ORDERED(ordered_guided, int, schedule(guided))
ORDERED(ordered_runtime, long, schedule(runtime))
ORDERED(ordered_static, long, schedule(static))
ORDERED(ordered_wide, ull, schedule(dynamic, 2))
ORDERED(ordered_wide_guided, ull, schedule(guided, 2))

static void downwards(int t)
{
#pragma omp parallel for num_threads(t) schedule(dynamic, 3)
	for (int i = N - 1; i >= 0; i--)
		mark(i);
}

static void collapsed(int t)
{
#pragma omp parallel for collapse(2) num_threads(t) schedule(guided)
	for (int i = 0; i < N / 7; i++)
		for (int j = 0; j < 7; j++)
			mark(i * 7 + j);
}

static void nested(int t)
{
#pragma omp parallel for num_threads(t) schedule(dynamic, 1)
	for (int i = 0; i < 7; i++) {
#pragma omp parallel for num_threads(2) schedule(guided)
		for (int j = 0; j < N / 7; j++)
			mark(i * (N / 7) + j);
	}
	for (int i = 0; i < N; i++) /* whose number means nothing here */
		owner[i] = 0;
}

static void depending(int t)
{
	static int done[N + 1];

	memset(done, 0, sizeof(done));
	done[0] = 1;
#pragma omp parallel for ordered(1) num_threads(t) schedule(dynamic, 1)
	for (int i = 0; i < N; i++) {
		mark(i);
#pragma omp ordered depend(sink : i - 1)
#pragma omp atomic update
		done[i + 1] += done[i];
#pragma omp ordered depend(source)
	}
	wrong += !done[N];
}

static void cancelled(int t)
{
#pragma omp parallel num_threads(t)
	{
#pragma omp for schedule(dynamic, 1)
		for (int i = 0; i < N; i++)
			mark(i);
#pragma omp for schedule(guided) nowait
		for (int i = 0; i < 0; i++) /* none at all */
			mark(i);
	}
}

static void tasks(int t)
{
#pragma omp parallel num_threads(t)
#pragma omp single
#pragma omp taskloop grainsize(5)
	for (int i = 0; i < N; i++)
		mark(i);
	for (int i = 0; i < N; i++)
		owner[i] = 0;
}

/* Its tasks have parts of the sum; its loop is one with task reductions. */
static void reducing(int t)
{
	long got = 0;

#pragma omp parallel num_threads(t) reduction(task, + : got)
	{
#pragma omp for schedule(dynamic, 2)
		for (int i = 0; i < N; i++) {
			mark(i);
			got += i;
		}
	}
	wrong += got != (long)N * (N - 1) / 2;
}

static void sections(int t)
{
#pragma omp parallel sections num_threads(t)
	{
#pragma omp section
		for (int i = 0; i < 100; i++)
			mark(i);
#pragma omp section
		for (int i = 100; i < N - 1; i++)
			mark(i);
#pragma omp section
		mark(N - 1);
	}
	for (int i = 0; i < N; i++)
		owner[i] = 0;
}

#define L(name) { #name, name }
static const struct {
	const char *name;
	void (*fn)(int t);
} loop[] = {
	L(static_default), L(static_3), L(dynamic_1), L(dynamic_7),
	L(dynamic_unsigned), L(dynamic_mono), L(guided), L(guided_5),
	L(guided_nonmono), L(run_time), L(automatic), L(wide_dynamic),
	L(wide_guided), L(wide_runtime), L(within_dynamic), L(within_guided),
	L(within_runtime), L(within_nowait), L(within_wide),
	L(within_wide_runtime), L(ordered_dynamic), L(ordered_guided),
	L(ordered_runtime), L(ordered_static), L(ordered_wide),
	L(ordered_wide_guided), L(downwards), L(collapsed), L(nested),
	L(depending), L(cancelled), L(tasks), L(reducing), L(sections),
};

/* What each thread adds up follows from what it got. */
static float sum(void)
{
	float part[THREADS] = { 0 }, all = 0;

	for (int i = 0; i < N; i++)
		part[owner[i]] += 1.0f / (float)(i + 1);
	for (int t = 0; t < THREADS; t++)
		all += part[t];
	return all;
}

static void check(const char *name, int t, int show)
{
	for (int i = 0; i < N; i++)
		if (hits[i] != 1) {
			fprintf(stderr, "%s, %d threads: %d came %u times\n",
				name, t, i, hits[i]);
			wrong++;
		}
	if (!show)
		return;
	printf("%s %d %a ", name, t, (double)sum());
	for (int i = 0; i < N; i++)
		putchar('0' + owner[i]);
	putchar('\n');
}

int main(int argc, char **argv)
{
	int repetitions = argc > 1 ? atoi(argv[1]) : 1;
	const omp_sched_t kind[] = { omp_sched_static, omp_sched_guided,
				     omp_sched_auto, omp_sched_dynamic };

	if (argc > 2) {
		int status = 0, child;

		mark(0); /* the runtime is there, its threads are not */
		child = fork();
		if (child && (waitpid(child, &status, 0) != child || status))
			return 1;
	}
	omp_set_dynamic(0);
	omp_set_max_active_levels(2);
	for (int r = 0; r < repetitions; r++)
		for (size_t i = 0; i < sizeof(loop) / sizeof(*loop); i++)
			for (int t = 1; t <= THREADS; t++) {
				omp_set_schedule(kind[r % 4], 3);
				memset(hits, 0, sizeof(hits));
				loop[i].fn(t);
				check(loop[i].name, t, r == repetitions - 1);
			}
	return wrong > 0;
}
