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
#define LONG 4e8     /* ns: a quarter of the rounds */

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
	const char *name; /* the routine, without its letter of type */
	enum same_type type;
	char ta, tb;
	int m, n, k;
	int batch; /* so many operands in turn: from memory */
	char *a, *b, *c;
};

static size_t size_of(enum same_type t)
{
	return (t == SAME_D || t == SAME_Z ? 8 : 4) *
	       (t == SAME_C || t == SAME_Z ? 2 : 1);
}

typedef void any_fn();

/* What a call may need, by address as in Fortran. */
struct call {
	const struct work *w;
	any_fn *fn; /* NULL: ours */
	const void *one, *zero, *minus;
	void *a, *b, *c;
};

static void do_gemm(const struct call *c)
{
	const struct work *w = c->w;
	int lda = w->ta == 'N' ? w->m : w->k, ldb = w->tb == 'N' ? w->k : w->n;

	if (c->fn)
		c->fn(&w->ta, &w->tb, &w->m, &w->n, &w->k, c->one, c->a, &lda,
		      c->b, &ldb, c->zero, c->c, &w->m);
	else
		same_gemm(w->type, w->ta, w->tb, w->m, w->n, w->k, c->one, c->a,
			  lda, c->b, ldb, c->zero, c->c, w->m);
}

static void do_syrk(const struct call *c)
{
	const struct work *w = c->w;

	if (c->fn)
		c->fn("L", &w->ta, &w->n, &w->k, c->one, c->a, &w->n, c->zero,
		      c->c, &w->n);
	else
		same_syrk(w->type, false, 'L', w->ta, w->n, w->k, c->one, c->a,
			  w->n, c->zero, c->c, w->n);
}

static void do_symm(const struct call *c)
{
	const struct work *w = c->w;

	if (c->fn)
		c->fn("L", "U", &w->m, &w->n, c->one, c->a, &w->m, c->b, &w->m,
		      c->zero, c->c, &w->m);
	else
		same_symm(w->type, false, 'L', 'U', w->m, w->n, c->one, c->a,
			  w->m, c->b, w->m, c->zero, c->c, w->m);
}

/* ta: the triangle; with a unit diagonal, as what is solved again and again
 * would overflow. */
static void do_trsm(const struct call *c)
{
	const struct work *w = c->w;

	if (c->fn)
		c->fn("L", &w->ta, "N", "U", &w->m, &w->n, c->one, c->a, &w->m,
		      c->c, &w->m);
	else
		same_trsm(w->type, 'L', w->ta, 'N', 'U', w->m, w->n, c->one,
			  c->a, w->m, c->c, w->m);
}

static void do_trmm(const struct call *c)
{
	const struct work *w = c->w;

	if (c->fn)
		c->fn("L", &w->ta, "N", "U", &w->m, &w->n, c->one, c->a, &w->m,
		      c->c, &w->m);
	else
		same_trmm(w->type, 'L', w->ta, 'N', 'U', w->m, w->n, c->one,
			  c->a, w->m, c->c, w->m);
}

static const int unit = 1;

static void do_gemv(const struct call *c)
{
	const struct work *w = c->w;

	if (c->fn)
		c->fn(&w->ta, &w->m, &w->k, c->one, c->a, &w->m, c->b, &unit,
		      c->zero, c->c, &unit);
	else
		same_gemv(w->type, w->ta, w->m, w->k, c->one, c->a, w->m, c->b,
			  1, c->zero, c->c, 1);
}

static void do_ger(const struct call *c)
{
	const struct work *w = c->w;

	if (c->fn)
		c->fn(&w->m, &w->n, c->one, c->a, &unit, c->b, &unit, c->c,
		      &w->m);
	else
		same_ger(w->type, SAME_SYMMETRIC, w->m, w->n, c->one, c->a, 1, c->b, 1,
			 c->c, w->m);
}

static volatile float sink_s;
static volatile double sink;

static void do_symv(const struct call *c)
{
	const struct work *w = c->w;

	if (c->fn)
		c->fn(&w->ta, &w->m, c->one, c->a, &w->m, c->b, &unit, c->zero,
		      c->c, &unit);
	else
		same_symv(w->type, SAME_SYMMETRIC, w->ta, w->m, c->one, c->a,
			  w->m, c->b, 1, c->zero, c->c, 1);
}

static void do_spmv(const struct call *c)
{
	const struct work *w = c->w;

	if (c->fn)
		c->fn(&w->ta, &w->m, c->one, c->a, c->b, &unit, c->zero, c->c,
		      &unit);
	else
		same_spmv(w->type, SAME_SYMMETRIC, w->ta, w->m, c->one, c->a,
			  c->b, 1, c->zero, c->c, 1);
}

/* k diagonals of a square matrix of n */
static void do_gbmv(const struct call *c)
{
	const struct work *w = c->w;
	int kl = w->m / 2, ku = w->m - kl - 1;

	if (c->fn)
		c->fn(&w->ta, &w->k, &w->k, &kl, &ku, c->one, c->a, &w->m, c->b,
		      &unit, c->zero, c->c, &unit);
	else
		same_gbmv(w->type, w->ta, w->k, w->k, kl, ku, c->one, c->a,
			  w->m, c->b, 1, c->zero, c->c, 1);
}

/* ta: the triangle; tb: transposed or not */
static void do_trmv(const struct call *c)
{
	const struct work *w = c->w;

	if (c->fn)
		c->fn(&w->ta, &w->tb, "U", &w->m, c->a, &w->m, c->c, &unit);
	else
		same_trmv(w->type, w->ta, w->tb, 'U', w->m, c->a, w->m, c->c,
			  1);
}

static void do_trsv(const struct call *c)
{
	const struct work *w = c->w;

	if (c->fn)
		c->fn(&w->ta, &w->tb, "U", &w->m, c->a, &w->m, c->c, &unit);
	else
		same_trsv(w->type, w->ta, w->tb, 'U', w->m, c->a, w->m, c->c,
			  1);
}

static void do_syr(const struct call *c)
{
	const struct work *w = c->w;

	if (c->fn)
		c->fn(&w->ta, &w->m, c->one, c->a, &unit, c->c, &w->m);
	else
		same_syr(w->type, SAME_SYMMETRIC, w->ta, w->m, c->one, c->a, 1,
			 c->c, w->m);
}

static void do_syr2(const struct call *c)
{
	const struct work *w = c->w;

	if (c->fn)
		c->fn(&w->ta, &w->m, c->one, c->a, &unit, c->b, &unit, c->c,
		      &w->m);
	else
		same_syr2(w->type, SAME_SYMMETRIC, w->ta, w->m, c->one, c->a, 1,
			  c->b, 1, c->c, w->m);
}

/* Vectors of m * k. */
static void do_dot(const struct call *c)
{
	int n = c->w->m * c->w->k;
	double r;

	if (!c->fn) {
		same_dot(c->w->type, false, n, c->a, 1, c->b, 1, &r);
		sink = r;
	} else if (c->w->type == SAME_S) {
		sink_s = ((float (*)(const int *, void *, const int *, void *,
				     const int *))(uintptr_t)c->fn)(&n, c->a, &unit, c->b,
							 &unit);
	} else {
		sink = ((double (*)(const int *, void *, const int *, void *,
				    const int *))(uintptr_t)c->fn)(&n, c->a, &unit, c->b,
							&unit);
	}
}

static void do_axpy(const struct call *c)
{
	int n = c->w->m * c->w->k;

	if (c->fn)
		c->fn(&n, c->one, c->a, &unit, c->b, &unit);
	else
		same_axpy(c->w->type, n, c->one, c->a, 1, c->b, 1);
}

/* Their nrm2 or asum: each type returns its own. */
static void their_sum(const struct call *c, int n)
{
	if (c->w->type == SAME_S)
		sink_s = ((float (*)(const int *, void *, const int *))(uintptr_t)c->fn)(
			&n, c->a, &unit);
	else
		sink = ((double (*)(const int *, void *, const int *))(uintptr_t)c->fn)(
			&n, c->a, &unit);
}

static void do_nrm2(const struct call *c)
{
	int n = c->w->m * c->w->k;
	double r;

	if (c->fn) {
		their_sum(c, n);
		return;
	}
	same_nrm2(c->w->type, n, c->a, 1, &r);
	sink = r;
}

static void do_asum(const struct call *c)
{
	int n = c->w->m * c->w->k;
	double r;

	if (c->fn) {
		their_sum(c, n);
		return;
	}
	same_asum(c->w->type, n, c->a, 1, &r);
	sink = r;
}

static void do_scal(const struct call *c)
{
	int n = c->w->m * c->w->k;

	if (c->fn)
		c->fn(&n, c->minus, c->a, &unit);
	else
		same_scal(c->w->type, n, c->minus, c->a, 1);
}

static void do_iamax(const struct call *c)
{
	int n = c->w->m * c->w->k;

	if (c->fn)
		sink = ((int (*)(const int *, void *, const int *))(uintptr_t)c->fn)(
			&n, c->a, &unit);
	else
		sink = (double)same_iamax(c->w->type, false, n, c->a, 1);
}

static void do_copy(const struct call *c)
{
	int n = c->w->m * c->w->k;

	if (c->fn)
		c->fn(&n, c->a, &unit, c->b, &unit);
	else
		same_copy(c->w->type, n, c->a, 1, c->b, 1);
}

static void do_swap(const struct call *c)
{
	int n = c->w->m * c->w->k;

	if (c->fn)
		c->fn(&n, c->a, &unit, c->b, &unit);
	else
		same_swap(c->w->type, n, c->a, 1, c->b, 1);
}

static void do_rot(const struct call *c)
{
	int n = c->w->m * c->w->k;

	if (c->fn)
		c->fn(&n, c->a, &unit, c->b, &unit, c->zero, c->one);
	else
		same_rot(c->w->type, n, c->a, 1, c->b, 1, c->zero, c->one);
}

static const struct kind {
	const char *name;
	void (*run)(const struct call *c);
	double flops; /* a multiplication of m, n and k */
} kinds[] = {
	{ "gemm", do_gemm, 2 }, { "syrk", do_syrk, 1 }, { "symm", do_symm, 2 },
	{ "trsm", do_trsm, 1 }, { "trmm", do_trmm, 1 }, { "gemv", do_gemv, 2 },
	{ "symv", do_symv, 2 }, { "spmv", do_spmv, 2 }, { "gbmv", do_gbmv, 2 },
	{ "trmv", do_trmv, 1 }, { "trsv", do_trsv, 1 }, { "ger", do_ger, 2 },
	{ "syr2", do_syr2, 2 }, { "syr", do_syr, 1 },	{ "dot", do_dot, 2 },
	{ "axpy", do_axpy, 2 }, { "nrm2", do_nrm2, 2 }, { "asum", do_asum, 1 },
	{ "scal", do_scal, 1 }, { "amax", do_iamax, 1 }, { "copy", do_copy, 1 },
	{ "swap", do_swap, 1 }, { "rot", do_rot, 6 },
};

static const struct kind *kind_of(const struct work *w)
{
	const struct kind *k = kinds;

	while (strcmp(k->name, w->name))
		k++;
	return k;
}

static void do_work(const struct work *w, const struct library *l, long times)
{
	static const double one_d[2] = { 1, 0 }, zero_d[2] = { 0, 0 };
	static const float one_s[2] = { 1, 0 }, zero_s[2] = { 0, 0 };
	static const double minus_d[2] = { -1, 0 };
	static const float minus_s[2] = { -1, 0 };
	bool twice = w->type == SAME_D || w->type == SAME_Z;
	const struct kind *kind = kind_of(w);
	size_t size = size_of(w->type);
	struct call c = { .w = w,
			  .one = twice ? (const void *)one_d : one_s,
			  .zero = twice ? (const void *)zero_d : zero_s,
			  .minus = twice ? (const void *)minus_d : minus_s };

	if (l->handle) {
		char name[32];

		snprintf(name, sizeof(name), "%s%c%s_",
			 strcmp(w->name, "amax") ? "" : "i", "sdcz"[w->type],
			 w->name);
		c.fn = (any_fn *)dlsym(l->handle, name);
	}
	for (long t = 0; t < times; t++) {
		size_t i = (size_t)(t % w->batch);

		c.a = w->a + i * (size_t)w->m * (size_t)w->k * size;
		c.b = w->b + i * (size_t)w->k * (size_t)w->n * size;
		c.c = w->c + i * (size_t)w->m * (size_t)w->n * size;
		kind->run(&c);
	}
}

static double flops(const struct work *w)
{
	return kind_of(w)->flops * w->m * w->n * w->k *
	       (w->type == SAME_C || w->type == SAME_Z ? 4 : 1);
}

static char *numbers(enum same_type t, size_t n)
{
	size_t real = n * size_of(t) / (t == SAME_D || t == SAME_Z ? 8 : 4);
	char *a = aligned_alloc(4096, (n * size_of(t) + 4095) & ~4095UL);

	for (size_t i = 0; i < real; i++) {
		double x = ((double)rand() / RAND_MAX - 0.5) / 64;

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

	do_work(w, l, times);
	return (clock_ns() - start) / (double)times;
}

static void measure(struct work *w)
{
	double best[LIBRARIES];
	long times, rounds;

	w->batch = w->batch ? w->batch : 1;
	w->a = numbers(w->type, (size_t)w->batch * (size_t)w->m * (size_t)w->k);
	w->b = numbers(w->type, (size_t)w->batch * (size_t)w->k * (size_t)w->n);
	w->c = numbers(w->type, (size_t)w->batch * (size_t)w->m * (size_t)w->n);
	for (int i = 0; i < LIBRARIES; i++)
		best[i] = libraries[i].handle || !i ? took(w, &libraries[i], 1) :
						      0;
	times = (long)(SHORTEST / best[0]) + 1;
	rounds = best[0] > LONG ? ROUNDS / 4 : ROUNDS;
	for (long r = 0; r < rounds; r++)
		for (int i = 0; i < LIBRARIES; i++) {
			double t;

			if (i && !libraries[i].handle)
				continue;
			t = took(w, &libraries[i], times);
			best[i] = t < best[i] ? t : best[i];
		}
	printf("%c%s_%c%c_%dx%dx%d%s %.1f", "sdcz"[w->type], w->name, w->ta,
	       w->tb, w->m, w->n, w->k, w->batch > 1 ? "_batch" : "",
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
	{ "syrk", SAME_S, 'N', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "symm", SAME_S, 'N', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "trsm", SAME_S, 'L', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "trsm", SAME_S, 'U', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "trmm", SAME_S, 'L', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "syrk", SAME_D, 'N', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "symm", SAME_D, 'N', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "trsm", SAME_D, 'L', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "trsm", SAME_D, 'U', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "trmm", SAME_D, 'L', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "syrk", SAME_Z, 'N', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "symm", SAME_Z, 'N', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "trsm", SAME_Z, 'L', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "trsm", SAME_Z, 'U', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "trmm", SAME_Z, 'L', 'N', 1024, 1024, 1024, 0, 0, 0, 0 },
	{ "gemv", SAME_S, 'N', 'N', 128, 1, 128, 0, 0, 0, 0 },
	{ "gemv", SAME_S, 'T', 'N', 128, 1, 128, 0, 0, 0, 0 },
	{ "gemv", SAME_S, 'N', 'N', 4096, 1, 2048, 0, 0, 0, 0 },
	{ "gemv", SAME_S, 'T', 'N', 4096, 1, 2048, 0, 0, 0, 0 },
	{ "ger", SAME_S, 'N', 'N', 128, 64, 1, 0, 0, 0, 0 },
	{ "ger", SAME_S, 'N', 'N', 4096, 2048, 1, 0, 0, 0, 0 },
	{ "dot", SAME_S, 'N', 'N', 1, 1, 1000, 0, 0, 0, 0 },
	{ "dot", SAME_S, 'N', 'N', 1, 1, 8000000, 0, 0, 0, 0 },
	{ "axpy", SAME_S, 'N', 'N', 1, 1, 1000, 0, 0, 0, 0 },
	{ "axpy", SAME_S, 'N', 'N', 1, 1, 8000000, 0, 0, 0, 0 },
	{ "nrm2", SAME_S, 'N', 'N', 1, 1, 1000, 0, 0, 0, 0 },
	{ "nrm2", SAME_S, 'N', 'N', 1, 1, 8000000, 0, 0, 0, 0 },
	{ "gemv", SAME_D, 'N', 'N', 128, 1, 128, 0, 0, 0, 0 },
	{ "gemv", SAME_D, 'T', 'N', 128, 1, 128, 0, 0, 0, 0 },
	{ "gemv", SAME_D, 'N', 'N', 4096, 1, 2048, 0, 0, 0, 0 },
	{ "gemv", SAME_D, 'T', 'N', 4096, 1, 2048, 0, 0, 0, 0 },
	{ "ger", SAME_D, 'N', 'N', 128, 64, 1, 0, 0, 0, 0 },
	{ "ger", SAME_D, 'N', 'N', 4096, 2048, 1, 0, 0, 0, 0 },
	{ "dot", SAME_D, 'N', 'N', 1, 1, 1000, 0, 0, 0, 0 },
	{ "dot", SAME_D, 'N', 'N', 1, 1, 8000000, 0, 0, 0, 0 },
	{ "axpy", SAME_D, 'N', 'N', 1, 1, 1000, 0, 0, 0, 0 },
	{ "axpy", SAME_D, 'N', 'N', 1, 1, 8000000, 0, 0, 0, 0 },
	{ "nrm2", SAME_D, 'N', 'N', 1, 1, 1000, 0, 0, 0, 0 },
	{ "nrm2", SAME_D, 'N', 'N', 1, 1, 8000000, 0, 0, 0, 0 },
	{ "symv", SAME_S, 'U', 'N', 128, 1, 128, 0, 0, 0, 0 },
	{ "symv", SAME_S, 'U', 'N', 2048, 1, 2048, 0, 0, 0, 0 },
	{ "symv", SAME_S, 'L', 'N', 128, 1, 128, 0, 0, 0, 0 },
	{ "symv", SAME_S, 'L', 'N', 2048, 1, 2048, 0, 0, 0, 0 },
	{ "spmv", SAME_S, 'U', 'N', 1024, 1, 1024, 0, 0, 0, 0 },
	{ "gbmv", SAME_S, 'N', 'N', 64, 64, 4096, 0, 0, 0, 0 },
	{ "gbmv", SAME_S, 'T', 'N', 64, 64, 4096, 0, 0, 0, 0 },
	{ "trmv", SAME_S, 'U', 'N', 128, 1, 128, 0, 0, 0, 0 },
	{ "trmv", SAME_S, 'U', 'N', 2048, 1, 2048, 0, 0, 0, 0 },
	{ "trmv", SAME_S, 'L', 'N', 128, 1, 128, 0, 0, 0, 0 },
	{ "trmv", SAME_S, 'L', 'N', 2048, 1, 2048, 0, 0, 0, 0 },
	{ "trmv", SAME_S, 'U', 'T', 128, 1, 128, 0, 0, 0, 0 },
	{ "trmv", SAME_S, 'U', 'T', 2048, 1, 2048, 0, 0, 0, 0 },
	{ "trmv", SAME_S, 'L', 'T', 128, 1, 128, 0, 0, 0, 0 },
	{ "trmv", SAME_S, 'L', 'T', 2048, 1, 2048, 0, 0, 0, 0 },
	{ "trsv", SAME_S, 'U', 'N', 128, 1, 128, 0, 0, 0, 0 },
	{ "trsv", SAME_S, 'U', 'N', 2048, 1, 2048, 0, 0, 0, 0 },
	{ "trsv", SAME_S, 'L', 'N', 128, 1, 128, 0, 0, 0, 0 },
	{ "trsv", SAME_S, 'L', 'N', 2048, 1, 2048, 0, 0, 0, 0 },
	{ "trsv", SAME_S, 'U', 'T', 128, 1, 128, 0, 0, 0, 0 },
	{ "trsv", SAME_S, 'U', 'T', 2048, 1, 2048, 0, 0, 0, 0 },
	{ "trsv", SAME_S, 'L', 'T', 128, 1, 128, 0, 0, 0, 0 },
	{ "trsv", SAME_S, 'L', 'T', 2048, 1, 2048, 0, 0, 0, 0 },
	{ "syr", SAME_S, 'U', 'N', 128, 128, 1, 0, 0, 0, 0 },
	{ "syr", SAME_S, 'U', 'N', 2048, 2048, 1, 0, 0, 0, 0 },
	{ "syr2", SAME_S, 'U', 'N', 128, 128, 1, 0, 0, 0, 0 },
	{ "syr2", SAME_S, 'U', 'N', 2048, 2048, 1, 0, 0, 0, 0 },
	{ "asum", SAME_S, 'N', 'N', 1, 1, 1000, 0, 0, 0, 0 },
	{ "asum", SAME_S, 'N', 'N', 1, 1, 8000000, 0, 0, 0, 0 },
	{ "scal", SAME_S, 'N', 'N', 1, 1, 1000, 0, 0, 0, 0 },
	{ "scal", SAME_S, 'N', 'N', 1, 1, 8000000, 0, 0, 0, 0 },
	{ "amax", SAME_S, 'N', 'N', 1, 1, 1000, 0, 0, 0, 0 },
	{ "amax", SAME_S, 'N', 'N', 1, 1, 8000000, 0, 0, 0, 0 },
	{ "copy", SAME_S, 'N', 'N', 1, 1, 1000, 0, 0, 0, 0 },
	{ "copy", SAME_S, 'N', 'N', 1, 1, 8000000, 0, 0, 0, 0 },
	{ "swap", SAME_S, 'N', 'N', 1, 1, 1000, 0, 0, 0, 0 },
	{ "swap", SAME_S, 'N', 'N', 1, 1, 8000000, 0, 0, 0, 0 },
	{ "rot", SAME_S, 'N', 'N', 1, 1, 1000, 0, 0, 0, 0 },
	{ "rot", SAME_S, 'N', 'N', 1, 1, 8000000, 0, 0, 0, 0 },
	{ "symv", SAME_D, 'U', 'N', 128, 1, 128, 0, 0, 0, 0 },
	{ "symv", SAME_D, 'U', 'N', 2048, 1, 2048, 0, 0, 0, 0 },
	{ "symv", SAME_D, 'L', 'N', 128, 1, 128, 0, 0, 0, 0 },
	{ "symv", SAME_D, 'L', 'N', 2048, 1, 2048, 0, 0, 0, 0 },
	{ "spmv", SAME_D, 'U', 'N', 1024, 1, 1024, 0, 0, 0, 0 },
	{ "gbmv", SAME_D, 'N', 'N', 64, 64, 4096, 0, 0, 0, 0 },
	{ "gbmv", SAME_D, 'T', 'N', 64, 64, 4096, 0, 0, 0, 0 },
	{ "trmv", SAME_D, 'U', 'N', 128, 1, 128, 0, 0, 0, 0 },
	{ "trmv", SAME_D, 'U', 'N', 2048, 1, 2048, 0, 0, 0, 0 },
	{ "trmv", SAME_D, 'L', 'N', 128, 1, 128, 0, 0, 0, 0 },
	{ "trmv", SAME_D, 'L', 'N', 2048, 1, 2048, 0, 0, 0, 0 },
	{ "trmv", SAME_D, 'U', 'T', 128, 1, 128, 0, 0, 0, 0 },
	{ "trmv", SAME_D, 'U', 'T', 2048, 1, 2048, 0, 0, 0, 0 },
	{ "trmv", SAME_D, 'L', 'T', 128, 1, 128, 0, 0, 0, 0 },
	{ "trmv", SAME_D, 'L', 'T', 2048, 1, 2048, 0, 0, 0, 0 },
	{ "trsv", SAME_D, 'U', 'N', 128, 1, 128, 0, 0, 0, 0 },
	{ "trsv", SAME_D, 'U', 'N', 2048, 1, 2048, 0, 0, 0, 0 },
	{ "trsv", SAME_D, 'L', 'N', 128, 1, 128, 0, 0, 0, 0 },
	{ "trsv", SAME_D, 'L', 'N', 2048, 1, 2048, 0, 0, 0, 0 },
	{ "trsv", SAME_D, 'U', 'T', 128, 1, 128, 0, 0, 0, 0 },
	{ "trsv", SAME_D, 'U', 'T', 2048, 1, 2048, 0, 0, 0, 0 },
	{ "trsv", SAME_D, 'L', 'T', 128, 1, 128, 0, 0, 0, 0 },
	{ "trsv", SAME_D, 'L', 'T', 2048, 1, 2048, 0, 0, 0, 0 },
	{ "syr", SAME_D, 'U', 'N', 128, 128, 1, 0, 0, 0, 0 },
	{ "syr", SAME_D, 'U', 'N', 2048, 2048, 1, 0, 0, 0, 0 },
	{ "syr2", SAME_D, 'U', 'N', 128, 128, 1, 0, 0, 0, 0 },
	{ "syr2", SAME_D, 'U', 'N', 2048, 2048, 1, 0, 0, 0, 0 },
	{ "asum", SAME_D, 'N', 'N', 1, 1, 1000, 0, 0, 0, 0 },
	{ "asum", SAME_D, 'N', 'N', 1, 1, 8000000, 0, 0, 0, 0 },
	{ "scal", SAME_D, 'N', 'N', 1, 1, 1000, 0, 0, 0, 0 },
	{ "scal", SAME_D, 'N', 'N', 1, 1, 8000000, 0, 0, 0, 0 },
	{ "amax", SAME_D, 'N', 'N', 1, 1, 1000, 0, 0, 0, 0 },
	{ "amax", SAME_D, 'N', 'N', 1, 1, 8000000, 0, 0, 0, 0 },
	{ "copy", SAME_D, 'N', 'N', 1, 1, 1000, 0, 0, 0, 0 },
	{ "copy", SAME_D, 'N', 'N', 1, 1, 8000000, 0, 0, 0, 0 },
	{ "swap", SAME_D, 'N', 'N', 1, 1, 1000, 0, 0, 0, 0 },
	{ "swap", SAME_D, 'N', 'N', 1, 1, 8000000, 0, 0, 0, 0 },
	{ "rot", SAME_D, 'N', 'N', 1, 1, 1000, 0, 0, 0, 0 },
	{ "rot", SAME_D, 'N', 'N', 1, 1, 8000000, 0, 0, 0, 0 },
	/* what each of 64 threads has of 2048 squared, from memory */
	{ "gemm", SAME_S, 'N', 'N', 256, 256, 2048, 8, 0, 0, 0 },
	{ "gemm", SAME_D, 'N', 'N', 256, 256, 2048, 8, 0, 0, 0 },
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

/* Real products of squares, however the operands lie. */
static void measure_squares(int argc, char **argv)
{
	static const char ways[] = "NNTNNTTT";
	struct work w = { .name = "gemm" };

	for (w.type = SAME_S; w.type <= SAME_D; w.type++)
		for (w.m = 256; w.m <= 4096; w.m *= w.m < 1024 ? 4 : 2)
			for (const char *way = ways; *way; way += 2) {
				w.n = w.k = w.m;
				w.ta = way[0];
				w.tb = way[1];
				if (wanted(&w, argc, argv))
					measure(&w);
			}
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
	measure_squares(argc, argv);
	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++)
		if (wanted(&works[i], argc, argv))
			measure(&works[i]);
	return 0;
}
