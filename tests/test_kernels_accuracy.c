/* SPDX-License-Identifier: MIT */
/*
 * How far results of --blas=same are from exact ones, computed in quadruple
 * precision, beside OpenBLAS's. No element's error may exceed the textbook
 * bound (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 3.1,
 * 3.5, 8.1): of a sum of k products gamma(k) times the sum of their magnitudes,
 * gamma(k) = k u / (1 - k u). Complex ones are two sums of 2 k real products.
 *
 * Printed is the largest error, as a multiple of u times those magnitudes.
 */
#include <dlfcn.h>
#include <math.h>

#include "kernels/model.h"

#define OPENBLAS "/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblas.so.0"

typedef __float128 quad;

enum { M = 37, N = 29, K = 600 };

/* A row of the table: its operands, and both results. */
struct work {
	enum same_type type;
	int m, n, k;
	char *a, *b, *ours, *theirs;
	double worst[2]; /* ours, theirs */
};

static void *library;

static double unit(enum same_type t)
{
	return twice(t) ? 0x1p-53 : 0x1p-24;
}

static void *fortran(enum same_type t, const char *name)
{
	char symbol[16];

	snprintf(symbol, sizeof(symbol), "%c%s_", "sdcz"[t], name);
	return library ? dlsym(library, symbol) : NULL;
}

/* Of magnitudes between 2^-20 and 2^20, that cancel each other. */
static char *operand_of(enum same_type t, int64_t n)
{
	char *a = array(t, n, 0, false);

	for (int64_t i = 0; i < n; i++) {
		struct number x = get(t, a, i);
		int e = (int)below(41) - 20;

		put(t, a, i, (struct number){ ldexp(x.re, e), ldexp(x.im, e) });
	}
	return a;
}

struct exact {
	quad re, im;
	quad re_size, im_size; /* sums of magnitudes */
};

static quad size(quad x)
{
	return x < 0 ? -x : x;
}

static void add_product(struct exact *e, struct number x, struct number y)
{
	quad part[] = { (quad)x.re * y.re, -(quad)x.im * y.im,
			(quad)x.re * y.im, (quad)x.im * y.re };

	e->re += part[0] + part[1];
	e->im += part[2] + part[3];
	e->re_size += size(part[0]) + size(part[1]);
	e->im_size += size(part[2]) + size(part[3]);
}

static void note(double *worst, enum same_type t, double got, quad right,
		 quad magnitude)
{
	double error =
		(double)(size(got - right) / ((quad)unit(t) * magnitude));

	if (magnitude > 0 && error > *worst)
		*worst = error;
}

static void compare(struct work *w, int64_t at, const struct exact *e)
{
	const char *results[] = { w->ours, w->theirs };

	for (int i = 0; i < 2; i++) {
		struct number x = get(w->type, results[i], at);

		note(&w->worst[i], w->type, x.re, e->re, e->re_size);
		if (is_complex(w->type))
			note(&w->worst[i], w->type, x.im, e->im, e->im_size);
	}
}

static void report(const char *name, const struct work *w, int k)
{
	double u = unit(w->type);
	double bound = k / (1 - k * u);

	print_message("%-6s %c  %5d  %8.0f  %8.2f  %8.2f\n", name,
		      "sdcz"[w->type], w -> k, bound, w -> worst[0],
		      w -> worst[1]);
	assert_true(w->worst[0] <= bound);
}

static void test_gemm(enum same_type t)
{
	struct work w = { .type = t, .m = M, .n = N, .k = K };
	double one[2] = { 1, 0 }, none[2] = { 0, 0 };
	float one_f[2] = { 1, 0 }, none_f[2] = { 0, 0 };
	void *alpha = twice(t) ? (void *)one : (void *)one_f;
	void *beta = twice(t) ? (void *)none : (void *)none_f;
	void (*gemm)(const char *, const char *, const int *, const int *,
		     const int *, const void *, const void *, const int *,
		     const void *, const int *, const void *, void *,
		     const int *, size_t, size_t) = fortran(t, "gemm");

	w.a = operand_of(t, M * K);
	w.b = operand_of(t, K * N);
	w.ours = array(t, M * N, 0, false);
	w.theirs = array(t, M * N, 0, false);
	same_gemm(t, 'N', 'N', M, N, K, alpha, w.a, M, w.b, K, beta, w.ours, M);
	gemm("N", "N", &w.m, &w.n, &w.k, alpha, w.a, &w.m, w.b, &w.k, beta,
	     w.theirs, &w.m, 1, 1);
	for (int i = 0; i < M * N; i++) {
		struct exact e = { 0 };

		for (int p = 0; p < K; p++)
			add_product(&e, get(t, w.a, i % M + p * M),
				    get(t, w.b, p + i / M * K));
		compare(&w, i, &e);
	}
	report("gemm", &w, is_complex(t) ? 2 * K : K);
}

static void test_gemv(enum same_type t)
{
	struct work w = { .type = t, .m = M, .n = 1, .k = K };
	double one[2] = { 1, 0 }, none[2] = { 0, 0 };
	float one_f[2] = { 1, 0 }, none_f[2] = { 0, 0 };
	void *alpha = twice(t) ? (void *)one : (void *)one_f;
	void *beta = twice(t) ? (void *)none : (void *)none_f;
	void (*gemv)(const char *, const int *, const int *, const void *,
		     const void *, const int *, const void *, const int *,
		     const void *, void *, const int *, size_t) =
		fortran(t, "gemv");

	w.a = operand_of(t, M * K);
	w.b = operand_of(t, K);
	w.ours = array(t, M, 0, false);
	w.theirs = array(t, M, 0, false);
	same_gemv(t, 'N', M, K, alpha, w.a, M, w.b, 1, beta, w.ours, 1);
	gemv("N", &w.m, &w.k, alpha, w.a, &w.m, w.b, &w.n, beta, w.theirs, &w.n,
	     1);
	for (int i = 0; i < M; i++) {
		struct exact e = { 0 };

		for (int p = 0; p < K; p++)
			add_product(&e, get(t, w.a, i + p * M), get(t, w.b, p));
		compare(&w, i, &e);
	}
	report("gemv", &w, is_complex(t) ? 2 * K : K);
}

/* Of real types: complex ones are returned as compilers differ about. */
static void test_dot(enum same_type t)
{
	struct work w = { .type = t, .m = 1, .k = 100 * K };
	float (*sdot)(const int *, const void *, const int *, const void *,
		      const int *) = fortran(SAME_S, "dot");
	double (*ddot)(const int *, const void *, const int *, const void *,
		       const int *) = fortran(SAME_D, "dot");
	struct exact e = { 0 };

	w.a = operand_of(t, w.k);
	w.b = operand_of(t, w.k);
	w.ours = array(t, 1, 0, false);
	w.theirs = array(t, 1, 0, false);
	same_dot(t, false, w.k, w.a, 1, w.b, 1, w.ours);
	put(t, w.theirs, 0,
	    (struct number){ t == SAME_S ? sdot(&w.k, w.a, &w.m, w.b, &w.m)
					 : ddot(&w.k, w.a, &w.m, w.b, &w.m),
			     0 });
	for (int i = 0; i < w.k; i++)
		add_product(&e, get(t, w.a, i), get(t, w.b, i));
	compare(&w, 0, &e);
	report("dot", &w, w.k);
}

/* A norm's square, and the root's rounding: gamma(k + 2) of itself. */
static void test_nrm2(enum same_type t)
{
	struct work w = { .type = t, .m = 1, .k = 100 * K };
	float (*snrm2)(const int *, const void *, const int *) =
		fortran(SAME_S, "nrm2");
	double (*dnrm2)(const int *, const void *, const int *) =
		fortran(SAME_D, "nrm2");
	double root;
	quad sum = 0, right;

	w.a = operand_of(t, w.k);
	same_nrm2(t, w.k, w.a, 1, w.ours = array(t, 1, 0, false));
	w.theirs = array(t, 1, 0, false);
	put(t, w.theirs, 0,
	    (struct number){ t == SAME_S ? snrm2(&w.k, w.a, &w.m)
					 : dnrm2(&w.k, w.a, &w.m),
			     0 });
	for (int i = 0; i < w.k; i++)
		sum += (quad)get(t, w.a, i).re * get(t, w.a, i).re;
	root = sqrt((double)sum);
	right = ((quad)root + sum / root) / 2; /* Newton's step */
	compare(&w, 0, &(struct exact){ .re = right, .re_size = right });
	report("nrm2", &w, w.k + 2);
}

/* Backward: (A + E) x = b with |E| at most gamma(n) |A|. */
static void test_trsv(enum same_type t)
{
	struct work w = { .type = t, .m = 1, .n = 300, .k = 300 };
	void (*trsv)(const char *, const char *, const char *, const int *,
		     const void *, const int *, void *, const int *, size_t,
		     size_t, size_t) = fortran(t, "trsv");
	char *results[2];

	w.a = operand_of(t, w.n * w.n);
	w.b = operand_of(t, w.n);
	for (int i = 0; i < 2; i++) {
		results[i] = array(t, w.n, 0, false);
		memcpy(results[i], w.b, (size_t)w.n * size_of(t));
	}
	for (int i = 0; i < w.n; i++)
		put(t, w.a, i * (w.n + 1), (struct number){ 0x1p22, 0 });
	same_trsv(t, 'L', 'N', 'N', w.n, w.a, w.n, results[0], 1);
	trsv("L", "N", "N", &w.n, w.a, &w.n, results[1], &w.m, 1, 1, 1);
	for (int r = 0; r < 2; r++)
		for (int i = 0; i < w.n; i++) {
			struct exact e = { 0 };

			for (int j = 0; j <= i; j++)
				add_product(&e, get(t, w.a, i + j * w.n),
					    get(t, results[r], j));
			note(&w.worst[r], t, get(t, w.b, i).re, e.re,
			     e.re_size);
		}
	report("trsv", &w, w.n);
}

static void test_all(void **unused)
{
	(void)unused;
	library = dlopen(OPENBLAS, RTLD_NOW | RTLD_LOCAL);
	assert_non_null(library);
	print_message("              k     bound      ours  OpenBLAS\n");
	for (int i = 1; i < ISAS; i++) {
		if (!use(isas[i], 2))
			continue;
		print_message("%s\n", isas[i]);
		for (int t = 0; t < TYPES; t++) {
			test_gemm((enum same_type)t);
			test_gemv((enum same_type)t);
		}
		for (int t = SAME_S; t <= SAME_D; t++) {
			test_dot((enum same_type)t);
			test_nrm2((enum same_type)t);
			test_trsv((enum same_type)t);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_all) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
