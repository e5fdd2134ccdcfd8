/* SPDX-License-Identifier: MIT */
/*
 * The kernels of --blas=same beside other BLAS libraries in one process: each
 * work is done by each library in turn, again and again, and the best time
 * counts. A line for each work: name, GFLOP/s (of memory work: GB/s) of ours,
 * then the others' and ours as a multiple of them.
 *
 *	bench_same THREADS [PART-OF-A-NAME...]
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../shim/blas/same.h"
#include "now.h"

#define ROUNDS 8
#define SHORTEST 2e6 /* ns of one round, at least */

typedef void gemm_fn(const char *ta, const char *tb, const int *m, const int *n,
		     const int *k, const void *alpha, const void *a,
		     const int *lda, const void *b, const int *ldb,
		     const void *beta, void *c, const int *ldc);

struct library {
	const char *name;
	const char *file; /* NULL: ours */
	const char *set_threads;
	void *handle;
};

static struct library libraries[] = {
	{ "same", NULL, NULL, NULL },
	{ "openblas", "libopenblas.so.0", "openblas_set_num_threads", NULL },
	{ "blis", "libblis.so.4", "bli_thread_set_num_threads", NULL },
};
#define LIBRARIES 3

struct work {
	const char *name; /* the routine */
	enum same_type type;
	char ta, tb;
	int m, n, k;
	int batch;
	char *a, *b, *c;
};

static size_t size_of(enum same_type t)
{
	return (t == SAME_D || t == SAME_Z ? 8 : 4) *
	       (t == SAME_C || t == SAME_Z ? 2 : 1);
}

static void do_gemm(const struct work *w, const struct library *l, long times)
{
	static const double one_d[2] = { 1, 0 }, zero_d[2] = { 0, 0 };
	static const float one_s[2] = { 1, 0 }, zero_s[2] = { 0, 0 };
	bool twice = w->type == SAME_D || w->type == SAME_Z;
	const void *one = twice ? (const void *)one_d : one_s;
	const void *zero = twice ? (const void *)zero_d : zero_s;
	int lda = w->ta == 'N' ? w->m : w->k, ldb = w->tb == 'N' ? w->k : w->n;
	size_t size = size_of(w->type);
	gemm_fn *fn = NULL;

	if (l->handle) {
		char name[32];

		snprintf(name, sizeof(name), "%cgemm_", "sdcz"[w->type]);
		fn = (gemm_fn *)dlsym(l->handle, name);
	}
	for (long t = 0; t < times; t++) {
		size_t i = (size_t)(t % w->batch);
		char *a = w->a + i * (size_t)w->m * (size_t)w->k * size;
		char *b = w->b + i * (size_t)w->k * (size_t)w->n * size;
		char *c = w->c + i * (size_t)w->m * (size_t)w->n * size;

		if (fn)
			fn(&w->ta, &w->tb, &w->m, &w->n, &w->k, one, a, &lda, b,
			   &ldb, zero, c, &w->m);
		else
			same_gemm(w->type, w->ta, w->tb, w->m, w->n, w->k, one,
				  a, lda, b, ldb, zero, c, w->m);
	}
}

static double flops(const struct work *w)
{
	return 2. * w->m * w->n * w->k *
	       (w->type == SAME_C || w->type == SAME_Z ? 4 : 1);
}

static char *numbers(enum same_type t, size_t n)
{
	size_t real = n * size_of(t) / (t == SAME_D || t == SAME_Z ? 8 : 4);
	char *a = aligned_alloc(4096, (n * size_of(t) + 4095) & ~4095UL);

	for (size_t i = 0; i < real; i++) {
		double x = (double)rand() / RAND_MAX - 0.5;

		if (t == SAME_D || t == SAME_Z)
			((double *)a)[i] = x;
		else
			((float *)a)[i] = (float)x;
	}
	return a;
}

static int threads = 1;

/* Of one thread, its own time: others may be using the machine. */
static double clock_ns(void)
{
	struct timespec ts;

	if (threads > 1)
		return now();
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static double took(const struct work *w, const struct library *l, long times)
{
	double start = clock_ns();

	do_gemm(w, l, times);
	return (clock_ns() - start) / (double)times;
}

static void measure(struct work *w)
{
	double best[LIBRARIES];
	long times;

	w->batch = w->batch ? w->batch : 1;
	w->a = numbers(w->type, (size_t)w->batch * (size_t)w->m * (size_t)w->k);
	w->b = numbers(w->type, (size_t)w->batch * (size_t)w->k * (size_t)w->n);
	w->c = numbers(w->type, (size_t)w->batch * (size_t)w->m * (size_t)w->n);
	for (int i = 0; i < LIBRARIES; i++)
		best[i] = libraries[i].handle || !i ? took(w, &libraries[i], 1) :
						      0;
	times = (long)(SHORTEST / best[0]) + 1;
	for (int r = 0; r < ROUNDS; r++)
		for (int i = 0; i < LIBRARIES; i++) {
			double t;

			if (i && !libraries[i].handle)
				continue;
			t = took(w, &libraries[i], times);
			best[i] = t < best[i] ? t : best[i];
		}
	printf("%cgemm_%c%c_%dx%dx%d%s %.1f", "sdcz"[w->type], w->ta, w->tb,
	       w->m, w->n, w->k, w->batch > 1 ? "_batch" : "",
	       flops(w) / best[0]);
	for (int i = 1; i < LIBRARIES; i++)
		if (libraries[i].handle)
			printf("  %s %.1f %.2fx", libraries[i].name,
			       flops(w) / best[i], best[i] / best[0]);
	printf("\n");
	fflush(stdout);
	free(w->a);
	free(w->b);
	free(w->c);
}

static void (*thread_run)(void *);
static void *thread(void *arg)
{
	thread_run(arg);
	return NULL;
}

static int spawn(void (*run)(void *), void *arg)
{
	pthread_t id;

	thread_run = run;
	return -pthread_create(&id, NULL, thread, arg);
}

static struct work works[] = {
	{ "gemm", SAME_S, 'N', 'N', 64, 64, 64, 64, 0, 0, 0 },
	{ "gemm", SAME_D, 'N', 'N', 64, 64, 64, 64, 0, 0, 0 },
	{ "gemm", SAME_S, 'N', 'N', 256, 256, 256, 0, 0, 0, 0 },
	{ "gemm", SAME_D, 'N', 'N', 256, 256, 256, 0, 0, 0, 0 },
	{ "gemm", SAME_S, 'N', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "gemm", SAME_S, 'T', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "gemm", SAME_S, 'N', 'T', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "gemm", SAME_S, 'T', 'T', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "gemm", SAME_D, 'N', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "gemm", SAME_D, 'T', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "gemm", SAME_D, 'N', 'T', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "gemm", SAME_D, 'T', 'T', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "gemm", SAME_S, 'N', 'N', 2048, 2048, 2048, 0, 0, 0, 0 },
	{ "gemm", SAME_D, 'N', 'N', 2048, 2048, 2048, 0, 0, 0, 0 },
	{ "gemm", SAME_C, 'N', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "gemm", SAME_C, 'C', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "gemm", SAME_C, 'N', 'T', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "gemm", SAME_Z, 'N', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "gemm", SAME_Z, 'C', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "gemm", SAME_Z, 'N', 'T', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "gemm", SAME_S, 'N', 'N', 96, 2048, 4096, 0, 0, 0, 0 },
	{ "gemm", SAME_S, 'N', 'N', 1, 2048, 2048, 0, 0, 0, 0 },
	{ "gemm", SAME_S, 'N', 'N', 2048, 1, 2048, 0, 0, 0, 0 },
	{ "gemm", SAME_S, 'N', 'N', 2048, 2048, 1, 0, 0, 0, 0 },
	{ "gemm", SAME_S, 'N', 'N', 8, 2048, 2048, 0, 0, 0, 0 },
	{ "gemm", SAME_S, 'N', 'N', 2048, 8, 2048, 0, 0, 0, 0 },
	{ "gemm", SAME_S, 'N', 'N', 2048, 2048, 8, 0, 0, 0, 0 },
	{ "gemm", SAME_D, 'N', 'N', 8, 2048, 2048, 0, 0, 0, 0 },
	{ "gemm", SAME_D, 'N', 'N', 2048, 8, 2048, 0, 0, 0, 0 },
	{ "gemm", SAME_D, 'N', 'N', 2048, 2048, 8, 0, 0, 0, 0 },
	{ "gemm", SAME_S, 'N', 'N', 64, 2048, 2048, 0, 0, 0, 0 },
	{ "gemm", SAME_S, 'N', 'N', 2048, 64, 2048, 0, 0, 0, 0 },
	{ "gemm", SAME_S, 'N', 'N', 2048, 2048, 64, 0, 0, 0, 0 },
};

static bool wanted(const struct work *w, int argc, char **argv)
{
	char name[64];

	snprintf(name, sizeof(name), "%c%s_%c%c_%dx%dx%d", "sdcz"[w->type],
		 w->name, w->ta, w->tb, w->m, w->n, w->k);
	for (int i = 2; i < argc; i++)
		if (strstr(name, argv[i]))
			return true;
	return argc < 3;
}

int main(int argc, char **argv)
{
	struct same_host host = { 1, spawn, getenv("SAMEBITS_BLAS_ISA") };

	threads = argc > 1 ? atoi(argv[1]) : 1;
	host.threads = (unsigned)threads;
	if (same_init(&host))
		return 77;
	for (int i = 1; i < LIBRARIES; i++) {
		struct library *l = &libraries[i];
		void (*set)(long);

		l->handle = dlopen(l->file, RTLD_NOW | RTLD_LOCAL);
		set = l->handle ? (void (*)(long))dlsym(l->handle,
							l->set_threads) :
				  NULL;
		if (set)
			set(threads);
	}
	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++)
		if (wanted(&works[i], argc, argv))
			measure(&works[i]);
	return 0;
}
