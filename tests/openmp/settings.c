/* SPDX-License-Identifier: MIT */
/* Sets and asks for everything, in C and as Fortran does, and prints what an
 * OpenMP runtime then says. -DLLVM: it is libomp. */
#include <stdint.h>
#include <stdio.h>

#define SETTER(fn)                                                             \
	void fn(int);                                                          \
	void fn##_(const int *);                                               \
	void fn##_8_(const int64_t *);
SETTER(omp_set_num_threads)
SETTER(omp_set_dynamic)
SETTER(omp_set_nested)
SETTER(omp_set_max_active_levels)
void omp_set_schedule(int, int);
void omp_set_schedule_(const int *, const int *);
void omp_set_schedule_8_(const int *, const int64_t *);
void omp_get_schedule(int *, int *);
int omp_get_max_threads(void), omp_get_max_threads_(void);
int omp_get_num_procs(void), omp_get_num_procs_(void);
int omp_get_dynamic(void), omp_get_max_active_levels(void);
double omp_get_wtime(void), omp_get_wtime_(void);
double omp_get_wtick(void), omp_get_wtick_(void);
void kmp_set_defaults(const char *);
int omp_get_num_threads(void);
void GOMP_parallel(void (*)(void *), void *, unsigned, unsigned);

static void all_forms(int n)
{
	omp_set_num_threads(n);
	printf("num_threads %d\n", omp_get_max_threads());
	omp_set_num_threads_(&n);
	printf("num_threads_ %d\n", omp_get_max_threads_());
	omp_set_dynamic(1);
	printf("dynamic %d\n", omp_get_dynamic());
	omp_set_dynamic_(&n);
	omp_set_nested(0);
	omp_set_nested_(&n);
	omp_set_max_active_levels(3);
	omp_set_max_active_levels_(&n);
	printf("levels %d\n", omp_get_max_active_levels());
#ifndef LLVM
	int64_t wide = n;

	omp_set_num_threads_8_(&wide);
	printf("num_threads_8_ %d\n", omp_get_max_threads());
	omp_set_dynamic_8_(&wide);
	omp_set_nested_8_(&wide);
	omp_set_max_active_levels_8_(&wide);
#endif
}

static void schedules(void)
{
	int kind = 2, chunk = 5;
	int64_t wide = 4;

	omp_set_schedule(3, 6);
	omp_get_schedule(&kind, &chunk);
	printf("schedule %d %d\n", kind & 7, chunk);
	kind = 2;
	omp_set_schedule_(&kind, &chunk);
#ifndef LLVM
	omp_set_schedule_8_(&kind, &wide);
#endif
	(void)wide;
}

static void size(void *arg)
{
	__atomic_store_n((int *)arg, omp_get_num_threads(), __ATOMIC_RELAXED);
}

static void clauses(void)
{
	const unsigned n[] = { 0, 1, 2, 7 };
	int got = 0;

	omp_set_dynamic(0);
	for (int i = 0; i < 4; i++) {
		GOMP_parallel(size, &got, n[i], 0);
		printf("clause %u %d\n", n[i], got);
	}
}

int main(void)
{
	double t = omp_get_wtime(), tick = omp_get_wtick();

#ifdef LLVM
	kmp_set_defaults("OMP_NUM_THREADS=5");
#endif
	printf("procs %d %d\n", omp_get_num_procs(), omp_get_num_procs_());
	all_forms(7);
	schedules();
	clauses();
	printf("time %.9f %.9f\n", omp_get_wtime() - t, omp_get_wtime_() - t);
	printf("tick %d\n", tick > 0 && omp_get_wtick_() == tick);
	return 0;
}
