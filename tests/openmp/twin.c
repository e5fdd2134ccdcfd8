/* SPDX-License-Identifier: MIT */
/* Stands for a numeric library with an OpenMP runtime of its own, of which
 * there are two: each keeps what it was told. */
#include "twin.h"

static long told;

int twin_number(void)
{
	return TWIN;
}

long twin_told(void)
{
	return __atomic_exchange_n(&told, 0, __ATOMIC_RELAXED);
}

static void tell(long n)
{
	__atomic_store_n(&told, n, __ATOMIC_RELAXED);
}

int openblas_set_num_threads(int n)
{
	tell(n);
	return TWIN;
}

/* A jump by way of the loader's table, where our hook stands again. */
int goto_set_num_threads(int n)
{
	return openblas_set_num_threads(n);
}

int mkl_set_num_threads(const int *n)
{
	tell(*n);
	return TWIN;
}

int openblas_get_num_threads(void)
{
	return TWIN;
}

void omp_set_num_threads(int n)
{
	tell(n);
}

int omp_get_max_threads(void)
{
	return 10 + TWIN;
}

double omp_get_wtime(void)
{
	return -TWIN;
}

void GOMP_parallel_loop_static(body *run, void *data, unsigned n, long start,
			       long end, long step, long chunk, unsigned flags)
{
	tell(1000 * n + 100 * start + 10 * end + step + chunk + flags);
	run(data);
}

void GOMP_parallel_loop_dynamic(body *run, void *data, unsigned n, long start,
				long end, long step, long chunk, unsigned flags)
{
	GOMP_parallel_loop_static(run, data, n, start, end, step, chunk, flags);
	tell(-twin_told());
}

bool GOMP_loop_runtime_next(long *from, long *below)
{
	*from = TWIN;
	*below = TWIN + 1;
	return true;
}

/* Only its name is asked for: the one above answers. */
bool GOMP_loop_dynamic_next(long *from, long *below)
{
	return GOMP_loop_runtime_next(from, below);
}

bool GOMP_loop_ull_start(bool up, ull start, ull end, ull step, long kind,
			 ull chunk, ull *from, ull *below,
			 uintptr_t *reductions, void **memory)
{
	tell(up * 10000 + (long)(start * 1000 + end * 100 + step * 10 + chunk));
	*from = (ull)kind;
	*below = TWIN;
	*reductions = 5;
	*memory = from;
	return up;
}
