/* SPDX-License-Identifier: MIT */
/*
 * Levels 1 and 2 of --blas=same against their definition (shim/blas/README.md),
 * number by number: lanes and their tree, chains, strides of any sign.
 */
#include <math.h>

#include "kernels/model.h"

#define MOST_LANES 64

struct vectors {
	enum same_type type;
	int64_t m, n, lda, incx, incy;
	bool conj, smallest;
	char trans, uplo;
	_Alignas(16) char alpha[16];
	_Alignas(16) char beta[16];
	_Alignas(16) char c[8];
	_Alignas(16) char s[8];
	char *a, *x, *y;
};

/* Where element i of a vector of n lies. */
static int64_t at(int64_t i, int64_t n, int64_t inc)
{
	return inc < 0 ? (i - n + 1) * inc : i * inc;
}

static struct number x_of(const struct vectors *v, int64_t i)
{
	return get(v->type, v->x, at(i, v->n, v->incx));
}

static double added(enum same_type t, double a, double b)
{
	return twice(t) ? a + b : widened(narrowed(a) + narrowed(b));
}

/* Lanes of 256 bytes; complex ones hold a real and an imaginary part. */
static int lanes_of(enum same_type t)
{
	return 256 / (int)size_of(t);
}

static struct number tree(enum same_type t, struct number *lane, int lanes)
{
	for (int w = lanes / 2; w; w /= 2)
		for (int l = 0; l < w; l++) {
			lane[l].re = added(t, lane[l].re, lane[l + w].re);
			lane[l].im = added(t, lane[l].im, lane[l + w].im);
		}
	return lane[0];
}

static struct number conjugate(struct number x, bool conj)
{
	x.im = conj ? -x.im : x.im;
	return x;
}

static struct number dot(const struct vectors *v, int64_t n, const char *x,
			 int64_t incx, const char *y, int64_t incy)
{
	struct number lane[MOST_LANES] = { 0 };
	int lanes = lanes_of(v->type);

	for (int64_t i = 0; i < n; i++)
		lane[i % lanes] = chain(
			v->type,
			conjugate(get(v->type, x, at(i, n, incx)), v->conj),
			get(v->type, y, at(i, n, incy)), lane[i % lanes]);
	return tree(v->type, lane, lanes);
}

static void define_dot(const struct vectors *v, char *y)
{
	put(v->type, y, 0, dot(v, v->n, v->x, v->incx, v->y, v->incy));
}

static void run_dot(const struct vectors *v, char *y)
{
	same_dot(v->type, v->conj, v->n, v->x, v->incx, v->y, v->incy, y);
}

static enum same_type real_of(enum same_type t)
{
	return twice(t) ? SAME_D : SAME_S;
}

/* Real and imaginary parts one after the other, as reals. */
static double part(const struct vectors *v, int64_t i)
{
	struct number x;

	if (!is_complex(v->type))
		return x_of(v, i).re;
	x = x_of(v, i / 2);
	return i % 2 ? x.im : x.re;
}

static void define_asum(const struct vectors *v, char *y)
{
	enum same_type t = real_of(v->type);
	struct number lane[MOST_LANES] = { 0 };
	int lanes = lanes_of(t);

	for (int64_t i = 0;
	     v->incx > 0 && i < v->n * (is_complex(v->type) ? 2 : 1); i++)
		lane[i % lanes].re =
			added(t, lane[i % lanes].re, fabs(part(v, i)));
	put(t, y, 0, tree(t, lane, lanes));
}

static void run_asum(const struct vectors *v, char *y)
{
	same_asum(v->type, v->n, v->x, v->incx, y);
}

/* Floats become doubles and back as the flush bits have it. */
static double converted(const struct vectors *v, double x)
{
	volatile float f = narrowed(x);
	volatile double d = f;

	return twice(v->type) ? x : d;
}

static double rounded(double x)
{
	volatile double d = x;
	volatile float f = (float)d;

	return widened(f);
}

static double norm(const struct vectors *v, double factor, double *most)
{
	struct number lane[MOST_LANES] = { 0 };

	for (int64_t i = 0; i < v->n * (is_complex(v->type) ? 2 : 1); i++) {
		double s = converted(v, part(v, i)) * factor;

		lane[i % 32].re = fma(s, s, lane[i % 32].re);
		*most = fabs(part(v, i)) > *most ? fabs(part(v, i)) : *most;
	}
	return sqrt(tree(SAME_D, lane, 32).re);
}

static void define_nrm2(const struct vectors *v, char *y)
{
	double most = 0, unused = 0, r = norm(v, 1, &most);
	struct number result = { 0, 0 };

	if (twice(v->type) && r == r && most < INFINITY) {
		if (most > 0x1p480)
			r = norm(v, 0x1p-600, &unused) * 0x1p600;
		else if (most > 0 && most < 0x1p-480)
			r = norm(v, 0x1p600, &unused) * 0x1p-600;
	}
	result.re = twice(v->type) ? r : rounded(r);
	put(real_of(v->type), y, 0, result);
}

static void run_nrm2(const struct vectors *v, char *y)
{
	same_nrm2(v->type, v->n, v->x, v->incx, y);
}

static double size(const struct vectors *v, int64_t i)
{
	struct number x = x_of(v, i);

	if (!is_complex(v->type))
		return fabs(x.re);
	return added(v->type, fabs(x.re), fabs(x.im));
}

static bool less(enum same_type t, double a, double b)
{
	volatile float x = narrowed(a), y = narrowed(b);

	return twice(t) ? a < b : x < y;
}

static void define_iamax(const struct vectors *v, char *y)
{
	int64_t best = 0;

	for (int64_t i = 1; i < v->n; i++)
		if (v->smallest ? less(v->type, size(v, i), size(v, best)) :
				  less(v->type, size(v, best), size(v, i)))
			best = i;
	*(int *)(void *)y = v->incx > 0 && v->n ? (int)best + 1 : 0;
}

static void run_iamax(const struct vectors *v, char *y)
{
	*(int *)(void *)y = (int)same_iamax(v->type, v->smallest, v->n, v->x,
					    v->incx);
}

static struct number plus(enum same_type t, struct number alpha,
			  struct number x, struct number y)
{
	y.re = fused(t, alpha.re, x.re, y.re);
	if (!is_complex(t))
		return y;
	y.im = fused(t, alpha.re, x.im, y.im);
	if (!nil(t, alpha.im)) {
		y.re = fused(t, -alpha.im, x.im, y.re);
		y.im = fused(t, alpha.im, x.re, y.im);
	}
	return y;
}

static void define_axpy(const struct vectors *v, char *y)
{
	struct number alpha = get(v->type, v->alpha, 0);

	for (int64_t i = 0; i < v->n && !zero(v->type, alpha); i++) {
		int64_t j = at(i, v->n, v->incy);

		put(v->type, y, j,
		    plus(v->type, alpha, x_of(v, i), get(v->type, y, j)));
	}
}

static void run_axpy(const struct vectors *v, char *y)
{
	same_axpy(v->type, v->n, v->alpha, v->x, v->incx, y, v->incy);
}

static void define_axpby(const struct vectors *v, char *y)
{
	struct number alpha = get(v->type, v->alpha, 0);
	struct number beta = get(v->type, v->beta, 0), r;

	for (int64_t i = 0; i < v->n; i++) {
		int64_t j = at(i, v->n, v->incy);

		r = scaled(v->type, alpha, x_of(v, i));
		if (!zero(v->type, beta))
			r = plus(v->type, beta, get(v->type, y, j), r);
		put(v->type, y, j, r);
	}
}

static void run_axpby(const struct vectors *v, char *y)
{
	same_axpby(v->type, v->n, v->alpha, v->x, v->incx, v->beta, y, v->incy);
}

static void define_scal(const struct vectors *v, char *y)
{
	struct number alpha = get(v->type, v->alpha, 0);

	for (int64_t i = 0; i < v->n && v->incy > 0; i++)
		put(v->type, y, i * v->incy,
		    scaled(v->type, alpha, get(v->type, y, i * v->incy)));
}

static void run_scal(const struct vectors *v, char *y)
{
	same_scal(v->type, v->n, v->alpha, y, v->incy);
}

static struct number turned(enum same_type t, double c, double s,
			    struct number u, struct number v)
{
	struct number r;

	r.re = fused(t, s, v.re, times(t, c, u.re));
	r.im = fused(t, s, v.im, times(t, c, u.im));
	return r;
}

/* x is the longer of what a routine may want. */
static int64_t x_length(const struct vectors *v)
{
	int64_t side = v->m > v->n ? v->m : v->n;

	return side ? (side - 1) * (v->incx < 0 ? -v->incx : v->incx) + 1 : 0;
}

/* y alone is compared; x is an array of the test's own. */
static void define_rot(const struct vectors *v, char *y)
{
	double c = get(real_of(v->type), v->c, 0).re;
	double s = get(real_of(v->type), v->s, 0).re;

	for (int64_t i = 0; i < v->n; i++) {
		int64_t j = at(i, v->n, v->incy);

		put(v->type, y, j,
		    turned(v->type, c, -s, get(v->type, y, j), x_of(v, i)));
	}
}

static void run_rot(const struct vectors *v, char *y)
{
	size_t bytes = (size_t)x_length(v) * size_of(v->type);
	char *x = malloc(bytes);

	memcpy(x, v->x, bytes);
	same_rot(v->type, v->n, x, v->incx, y, v->incy, v->c, v->s);
	free(x);
}

struct routine {
	const char *name;
	void (*define)(const struct vectors *v, char *y);
	void (*run)(const struct vectors *v, char *y);
};

static const struct routine routines[] = {
	{ "dot", define_dot, run_dot },	      { "asum", define_asum, run_asum },
	{ "nrm2", define_nrm2, run_nrm2 },    { "iamax", define_iamax, run_iamax },
	{ "axpy", define_axpy, run_axpy },    { "axpby", define_axpby, run_axpby },
	{ "scal", define_scal, run_scal },    { "rot", define_rot, run_rot },
};
#define ROUTINES (sizeof(routines) / sizeof(routines[0]))

static int64_t increment(void)
{
	static const int64_t all[] = { 1, 1, 1, 2, 3, -1, -2 };

	return all[below(7)];
}

static void random_vectors(struct vectors *v, enum same_type t, int64_t most,
			   bool wild)
{
	int64_t side;

	*v = (struct vectors){ .type = t,
			       .m = length(most),
			       .n = length(most),
			       .incx = increment(),
			       .incy = increment(),
			       .conj = is_complex(t) && below(2),
			       .smallest = !below(4),
			       .trans = "NTC"[below(3)],
			       .uplo = "LU"[below(2)] };
	side = (v->m > v->n ? v->m : v->n) + 1;
	v->lda = side + below(3);
	scalar(t, v->alpha, wild);
	scalar(t, v->beta, wild);
	fill(real_of(t), v->c, 1, wild);
	fill(real_of(t), v->s, 1, wild);
	v->a = array(t, (v->lda + 4) * side, 8 * (size_t)below(8), wild);
	v->x = guarded(t, x_length(v), wild);
	v->y = array(t, (side + 4) * side, 8 * (size_t)below(8), wild);
}

static void check(const struct routine *r, const struct vectors *v)
{
	int64_t side = (v->m > v->n ? v->m : v->n) + 1;
	size_t bytes = (size_t)((side + 4) * side) * size_of(v->type);
	char *wanted = malloc(bytes), *y = malloc(bytes);

	memcpy(wanted, v->y, bytes);
	r->define(v, wanted);
	for (int i = 0; i < ISAS; i++) {
		if (!use(isas[i], 1 + (unsigned)below(3)))
			continue;
		memcpy(y, v->y, bytes);
		r->run(v, y);
		if (memcmp(y, wanted, bytes))
			fail_msg("%s %s type %d m %ld n %ld incx %ld incy %ld "
				 "conj %d %c%c mxcsr %x: not as defined",
				 isas[i], r->name, v->type, (long)v->m,
				 (long)v->n, (long)v->incx, (long)v->incy,
				 v->conj, v->trans, v->uplo, _mm_getcsr());
	}
	free(wanted);
	free(y);
}

static void many(int n, int64_t most, bool wild)
{
	struct vectors v;

	for (int i = 0; i < n; i++) {
		const struct routine *r = &routines[i % (int)ROUTINES];

		random_vectors(&v, (enum same_type)below(TYPES), most, wild);
		check(r, &v);
		unguard(v.type, v.x, x_length(&v));
	}
}

static void test_vectors(void **unused)
{
	(void)unused;
	many(1100, 600, false);
}

static void test_vectors_wild(void **unused)
{
	(void)unused;
	many(2200, 100, true);
}

static void test_vectors_modes(void **unused)
{
	unsigned was = _mm_getcsr();

	(void)unused;
	for (unsigned mode = 0; mode < 16; mode++) {
		_mm_setcsr((was & ~0xe040u) | (mode & 3) << 13 |
			   (mode & 4 ? 0x8000u : 0) | (mode & 8 ? 0x40u : 0));
		many(220, 100, true);
		_mm_setcsr(was);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_vectors_wild),
		cmocka_unit_test(test_vectors_modes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
