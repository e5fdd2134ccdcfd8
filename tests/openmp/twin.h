/* SPDX-License-Identifier: MIT */
/* What twins have, by the prototypes of those they stand for. */
#include <stdbool.h>
#include <stdint.h>

typedef void body(void *);
typedef unsigned long long ull;

int twin_number(void);
/* What it was told last; 0: nothing since it was asked. */
long twin_told(void);

int openblas_set_num_threads(int n);
int goto_set_num_threads(int n);
int mkl_set_num_threads(const int *n);
int openblas_get_num_threads(void);
void omp_set_num_threads(int n);
int omp_get_max_threads(void);
double omp_get_wtime(void);
void GOMP_parallel_loop_static(body *run, void *data, unsigned n, long start,
			       long end, long step, long chunk, unsigned flags);
void GOMP_parallel_loop_dynamic(body *run, void *data, unsigned n, long start,
				long end, long step, long chunk,
				unsigned flags);
bool GOMP_loop_runtime_next(long *from, long *below);
bool GOMP_loop_dynamic_next(long *from, long *below);
bool GOMP_loop_ull_start(bool up, ull start, ull end, ull step, long kind,
			 ull chunk, ull *from, ull *below,
			 uintptr_t *reductions, void **memory);
