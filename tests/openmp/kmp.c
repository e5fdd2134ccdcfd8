/* SPDX-License-Identifier: MIT */
/*
 * Intel's and LLVM's entry points for loops, with every kind of schedule: each
 * iteration once, on whatever thread. For clang.
 */
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define N 97
static unsigned hits[N], wrong;
static int owner[N];

int __kmpc_global_thread_num(void *);
/* As in LLVM's kmp.h: families at 32 and 160. */
static const int schedules[] = { 33, 34, 35, 36, 37, 38, 39, 161, 162, 163,
				 164, 165, 166, 35 | 1 << 29, 36 | 1 << 30 };

#define FORM(name, type, wide)                                                 \
	void __kmpc_dispatch_init_##name(void *, int, int, type, type, wide,   \
					 wide);                                \
	void __kmpc_dist_dispatch_init_##name(void *, int, int, int *, type,   \
					      type, wide, wide);               \
	int __kmpc_dispatch_next_##name(void *, int, int *, type *, type *,    \
					wide *);                               \
	static void pieces_##name(int gtid)                                    \
	{                                                                      \
		type from, to;                                                 \
		wide step;                                                     \
		int is_last;                                                   \
                                                                               \
		while (__kmpc_dispatch_next_##name(NULL, gtid, &is_last,       \
						   &from, &to, &step))         \
			for (type i = from; i <= to; i++) {                    \
				__atomic_add_fetch(&hits[i], 1,                \
						   __ATOMIC_RELAXED);          \
				owner[i] = omp_get_thread_num();               \
			}                                                      \
	}                                                                      \
	static void loop_##name(int schedule)                                  \
	{                                                                      \
		int gtid = __kmpc_global_thread_num(NULL);                     \
                                                                               \
		__kmpc_dispatch_init_##name(NULL, gtid, schedule, 0, N - 1, 1, \
					    2);                                \
		pieces_##name(gtid);                                           \
	}                                                                      \
	static void team_##name(int schedule)                                  \
	{                                                                      \
		int gtid = __kmpc_global_thread_num(NULL), is_last = 0;        \
                                                                               \
		__kmpc_dist_dispatch_init_##name(NULL, gtid, schedule,         \
						 &is_last, 0, N - 1, 1, 2);    \
		pieces_##name(gtid);                                           \
	}

FORM(4, int32_t, int32_t)
FORM(4u, uint32_t, int32_t)
FORM(8, int64_t, int64_t)
FORM(8u, uint64_t, int64_t)

static void check(const char *name, int schedule, int threads)
{
	for (int i = 0; i < N; i++)
		if (hits[i] != 1)
			wrong += 1 + !fprintf(stderr, "%s %d, %d threads: %d\n",
					      name, schedule, threads, i);
	printf("%s %d %d ", name, schedule, threads);
	for (int i = 0; i < N; i++)
		putchar('0' + owner[i]);
	putchar('\n');
	memset(hits, 0, sizeof(hits));
}

int main(void)
{
	static void (*const loop[])(int) = { loop_4, loop_4u, loop_8, loop_8u };
	static void (*const team[])(int) = { team_4, team_4u, team_8, team_8u };

	for (size_t s = 0; s < sizeof(schedules) / sizeof(*schedules); s++)
		for (int f = 0; f < 4; f++)
			for (int t = 1; t <= 8; t++) {
#pragma omp parallel num_threads(t)
				loop[f](schedules[s]);
				check("loop", schedules[s], t);
			}
	for (int f = 0; f < 4; f++) {
#pragma omp teams num_teams(2) thread_limit(2)
#pragma omp parallel num_threads(2)
		team[f](35);
		for (int i = 0; i < N; i++) /* of which team */
			owner[i] = 0;
		check("team", f, 2);
	}
	return wrong > 0;
}
