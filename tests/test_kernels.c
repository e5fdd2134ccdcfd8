/* SPDX-License-Identifier: MIT */
/*
 * The kernels of --blas=same against their definition (shim/blas/README.md),
 * written out here as plain loops: every bit of every element, for every
 * instruction set this processor has, several thread counts and block sizes.
 */
#include <errno.h>
#include <fenv.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmmintrin.h>

#include <cmocka.h>

#include "../shim/blas/same.h"

#define TYPES 4

static uint64_t state = 1;

static uint64_t draw(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static int64_t below(int64_t n)
{
	return (int64_t)(draw() % (uint64_t)n);
}

/* Mostly ordinary; where `wild`, sometimes what arithmetic stumbles over. */
static double number(bool wild)
{
	static const double odd[] = { 0,      -0.0,    INFINITY, -INFINITY,
				      NAN,    -NAN,    1e-310,   -3e-320,
				      1e-40,  -1e-44,  1e308,    -1e308,
				      3e38,   -2e38,   1e-23,	 1e-160,
				      1e19,   -1e154,  0x1p-126, 0x1p-1022 };

	if (wild && !below(12))
		return odd[below(sizeof(odd) / sizeof(odd[0]))];
	return (double)(int64_t)draw() / 0x1p63;
}

struct thread_start {
	void (*run)(void *);
	void *arg;
};

static void *thread(void *arg)
{
	struct thread_start s = *(struct thread_start *)arg;

	free(arg);
	s.run(s.arg);
	return NULL;
}

static int spawn(void (*run)(void *), void *arg)
{
	struct thread_start *s = malloc(sizeof(*s));
	pthread_t id;

	*s = (struct thread_start){ run, arg };
	return -pthread_create(&id, NULL, thread, s);
}

static const char *const isas[] = { "scalar", "fma128", "avx2", "avx512" };
#define ISAS 4

/* false: this processor has none. */
static bool use(const char *isa, unsigned threads)
{
	struct same_host host = { threads, spawn, isa };
	int r = same_init(&host);

	assert_true(!r || r == -ENOTSUP);
	return !r;
}

static bool twice(enum same_type t)
{
	return t == SAME_D || t == SAME_Z;
}

static bool is_complex(enum same_type t)
{
	return t == SAME_C || t == SAME_Z;
}

/* Numbers of any type are kept as two doubles here; a float is exact in one. */
struct number {
	double re, im;
};

static size_t size_of(enum same_type t)
{
	return (twice(t) ? 8 : 4) * (is_complex(t) ? 2 : 1);
}

/* Exact, where the flush bits would make a subnormal float zero. */
static double widened(float x)
{
	volatile float from = x;
	volatile double to;
	unsigned csr = _mm_getcsr();

	_mm_setcsr(csr & ~0x8040u);
	to = from;
	_mm_setcsr(csr);
	return to;
}

static float narrowed(double x)
{
	volatile double from = x;
	volatile float to;
	unsigned csr = _mm_getcsr();

	_mm_setcsr(csr & ~0x8040u);
	to = (float)from;
	_mm_setcsr(csr);
	return to;
}

static struct number get(enum same_type t, const void *a, int64_t i)
{
	const float *f = a;
	const double *d = a;

	switch (t) {
	case SAME_S:
		return (struct number){ widened(f[i]), 0 };
	case SAME_D:
		return (struct number){ d[i], 0 };
	case SAME_C:
		return (struct number){ widened(f[2 * i]),
					widened(f[2 * i + 1]) };
	default:
		return (struct number){ d[2 * i], d[2 * i + 1] };
	}
}

static double quiet(double x)
{
	return x == x ? x : (double)NAN;
}

static void put(enum same_type t, void *a, int64_t i, struct number x)
{
	float *f = a;
	double *d = a;

	x.re = quiet(x.re);
	x.im = quiet(x.im);
	if (t == SAME_S)
		f[i] = narrowed(x.re);
	else if (t == SAME_D)
		d[i] = x.re;
	else if (t == SAME_C) {
		f[2 * i] = narrowed(x.re);
		f[2 * i + 1] = narrowed(x.im);
	} else {
		d[2 * i] = x.re;
		d[2 * i + 1] = x.im;
	}
}

/* What is fused, and what is rounded, in the type's precision. */
static double fused(enum same_type t, double a, double b, double c)
{
	return twice(t) ? fma(a, b, c) :
			  widened(fmaf(narrowed(a), narrowed(b), narrowed(c)));
}

static double times(enum same_type t, double a, double b)
{
	return twice(t) ? a * b : widened(narrowed(a) * narrowed(b));
}

static struct number chain(enum same_type t, struct number a, struct number b,
			   struct number sum)
{
	sum.re = fused(t, a.re, b.re, sum.re);
	if (!is_complex(t))
		return sum;
	sum.re = fused(t, -a.im, b.im, sum.re);
	sum.im = fused(t, a.re, b.im, sum.im);
	sum.im = fused(t, a.im, b.re, sum.im);
	return sum;
}

static struct number scaled(enum same_type t, struct number alpha,
			    struct number x)
{
	struct number r = { times(t, alpha.re, x.re), 0 };

	if (!is_complex(t))
		return r;
	r.im = times(t, alpha.re, x.im);
	if (alpha.im != 0) {
		r.re = fused(t, -alpha.im, x.im, r.re);
		r.im = fused(t, alpha.im, x.re, r.im);
	}
	return r;
}

static struct number ended(enum same_type t, struct number sum,
			   struct number alpha, struct number beta,
			   struct number c)
{
	struct number r = scaled(t, alpha, sum);

	if (beta.re == 0 && beta.im == 0)
		return r;
	r.re = fused(t, beta.re, c.re, r.re);
	if (!is_complex(t))
		return r;
	r.im = fused(t, beta.re, c.im, r.im);
	if (beta.im != 0) {
		r.re = fused(t, -beta.im, c.im, r.re);
		r.im = fused(t, beta.im, c.re, r.im);
	}
	return r;
}

static struct number operand(enum same_type t, const void *a, int64_t ld,
			     char trans, int64_t i, int64_t j)
{
	bool turned = trans == 'T' || trans == 'C';
	struct number x = get(t, a, turned ? j + i * ld : i + j * ld);

	if (trans == 'C' || trans == 'R')
		x.im = -x.im;
	return x;
}

struct gemm {
	enum same_type type;
	char ta, tb;
	int64_t m, n, k, lda, ldb, ldc;
	char alpha[16], beta[16];
	char *a, *b, *c;
};

static void define_gemm(const struct gemm *g, char *c)
{
	struct number alpha = get(g->type, g->alpha, 0);
	struct number beta = get(g->type, g->beta, 0), sum, old;
	bool nothing = !g->k || (alpha.re == 0 && alpha.im == 0);

	if (nothing && beta.re == 1 && beta.im == 0)
		return;
	for (int64_t j = 0; j < g->n; j++)
		for (int64_t i = 0; i < g->m; i++) {
			old = get(g->type, c, i + j * g->ldc);
			sum = (struct number){ 0, 0 };
			for (int64_t p = 0; p < g->k && !nothing; p++)
				sum = chain(g->type,
					    operand(g->type, g->a, g->lda,
						    g->ta, i, p),
					    operand(g->type, g->b, g->ldb,
						    g->tb, p, j),
					    sum);
			if (!nothing)
				sum = ended(g->type, sum, alpha, beta, old);
			else if (beta.re != 0 || beta.im != 0)
				sum = scaled(g->type, beta, old);
			put(g->type, c, i + j * g->ldc, sum);
		}
}

static void fill(enum same_type t, char *a, int64_t n, bool wild)
{
	for (int64_t i = 0; i < n; i++) {
		struct number x = { number(wild), number(wild) };

		put(t, a, i, x);
	}
}

/* Unaligned by `at` bytes; whatever lies around is a NaN that must not move. */
static char *array(enum same_type t, int64_t n, size_t at, bool wild)
{
	char *a = (char *)malloc((size_t)n * size_of(t) + 64 + at);

	assert_non_null(a);
	memset(a, 0xff, (size_t)n * size_of(t) + 64 + at);
	fill(t, a + at, n, wild);
	return a + at;
}

static void scalar(enum same_type t, char *x, bool wild)
{
	static const double usual[] = { 0, 1, -1, 0.7 };
	struct number r = { usual[below(4)], below(3) ? 0 : number(false) };

	if (wild && !below(4))
		r.re = number(true);
	put(t, x, 0, r);
}

static int64_t length(int64_t most)
{
	static const int64_t special[] = { 0, 1, 2, 3, 7, 8, 16, 31, 48, 97 };
	int64_t n = below(2) ? special[below(10)] : below(most);

	return n < most ? n : most;
}

static void random_gemm(struct gemm *g, enum same_type t, int64_t most,
			bool wild)
{
	static const char trans[] = "NTCR";
	size_t align = size_of(t) / (is_complex(t) ? 2 : 1);
	int64_t rows_a, rows_b;

	*g = (struct gemm){ .type = t,
			    .ta = trans[below(4)],
			    .tb = trans[below(4)],
			    .m = length(most),
			    .n = length(most),
			    .k = length(most) };
	rows_a = g->ta == 'N' || g->ta == 'R' ? g->m : g->k;
	rows_b = g->tb == 'N' || g->tb == 'R' ? g->k : g->n;
	g->lda = rows_a + 1 + below(3);
	g->ldb = rows_b + 1 + below(3);
	g->ldc = g->m + 1 + below(3);
	scalar(t, g->alpha, wild);
	scalar(t, g->beta, wild);
	g->a = array(t, g->lda * (g->m + g->k), align * (size_t)below(16),
		     wild);
	g->b = array(t, g->ldb * (g->n + g->k), align * (size_t)below(16),
		     wild);
	g->c = array(t, g->ldc * (g->n + 1), align * (size_t)below(16), wild);
}

static void run_gemm(const struct gemm *g, char *c)
{
	same_gemm(g->type, g->ta, g->tb, g->m, g->n, g->k, g->alpha, g->a,
		  g->lda, g->b, g->ldb, g->beta, c, g->ldc);
}

static void differs(const char *what, const struct gemm *g, unsigned threads,
		    const char *c, const char *wanted)
{
	size_t one = size_of(g->type);

	for (int64_t i = 0; i < g->ldc * (g->n + 1); i++)
		if (memcmp(c + i * one, wanted + i * one, one)) {
			struct number x = get(g->type, c, i);
			struct number y = get(g->type, wanted, i);

			print_message("row %ld column %ld: %a %a, not %a %a\n",
				      (long)(i % g->ldc), (long)(i / g->ldc),
				      x.re, x.im, y.re, y.im);
			break;
		}
	fail_msg("%s type %d %c%c m %ld n %ld k %ld, %u threads, blocks %ld "
		 "%ld %ld, mxcsr %x: not as defined",
		 what, g->type, g->ta, g->tb, (long)g->m, (long)g->n,
		 (long)g->k, threads, (long)same_blocks.m, (long)same_blocks.n,
		 (long)same_blocks.k, _mm_getcsr());
}

/* Several ways to compute it, against the definition. */
static void check_gemm(const struct gemm *g)
{
	size_t bytes = (size_t)(g->ldc * (g->n + 1)) * size_of(g->type);
	char *wanted = malloc(bytes), *c = malloc(bytes + 64);

	memcpy(wanted, g->c, bytes);
	define_gemm(g, wanted);
	for (int i = 0; i < ISAS; i++) {
		unsigned threads = 1 + (unsigned)below(3);
		size_t at = (size_t)below(8) * 8;

		if (!use(isas[i], threads))
			continue;
		same_blocks.work = 1;
		same_blocks.m = below(2) ? 0 : 1 + below(70);
		same_blocks.n = below(2) ? 0 : 1 + below(40);
		same_blocks.k = below(2) ? 0 : 1 + below(30);
		memcpy(c + at, g->c, bytes);
		run_gemm(g, c + at);
		if (memcmp(c + at, wanted, bytes))
			differs(isas[i], g, threads, c + at, wanted);
	}
	free(wanted);
	free(c);
}

static void many_gemm(int n, int64_t most, bool wild)
{
	struct gemm g;

	for (int i = 0; i < n; i++) {
		random_gemm(&g, (enum same_type)(i % TYPES), most, wild);
		check_gemm(&g);
	}
}

static void test_gemm(void **unused)
{
	(void)unused;
	many_gemm(400, 100, false);
}

static void test_gemm_wild(void **unused)
{
	(void)unused;
	many_gemm(400, 40, true);
}

/* The program's own rounding mode and flush bits hold in all threads. */
static void test_modes(void **unused)
{
	unsigned was = _mm_getcsr();

	(void)unused;
	for (unsigned mode = 0; mode < 16; mode++) {
		unsigned csr = (was & ~0xe040u) | (mode & 3) << 13 |
			       (mode & 4 ? 0x8000 : 0) | (mode & 8 ? 0x40 : 0);

		_mm_setcsr(csr);
		many_gemm(20, 40, true);
		_mm_setcsr(was);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gemm),
		cmocka_unit_test(test_gemm_wild),
		cmocka_unit_test(test_modes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
