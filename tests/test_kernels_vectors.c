/* SPDX-License-Identifier: MIT */
/*
 * Level 1 of --blas=same against its definition (shim/blas/README.md),
 * number by number: lanes and their tree, strides of any sign and none.
 */
#include <math.h>

#include "kernels/model.h"

#define MOST_LANES 64

struct vectors {
	enum same_type type;
	int64_t n, incx, incy;
	bool conj, smallest;
	_Alignas(16) char alpha[16];
	_Alignas(16) char beta[16];
	_Alignas(16) char c[8];
	_Alignas(16) char s[8];
	_Alignas(16) char param[40]; /* of rotm */
	char *x, *y;
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
		if (v->smallest ? less(v->type, size(v, i), size(v, best))
				: less(v->type, size(v, best), size(v, i)))
			best = i;
	*(int *)(void *)y = v->incx > 0 && v->n ? (int)best + 1 : 0;
}

static void run_iamax(const struct vectors *v, char *y)
{
	*(int *)(void *)y =
		(int)same_iamax(v->type, v->smallest, v->n, v->x, v->incx);
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

static int64_t reach(int64_t n, int64_t inc)
{
	return n ? (n - 1) * (inc < 0 ? -inc : inc) + 1 : 0;
}

static int64_t x_length(const struct vectors *v)
{
	return reach(v->n, v->incx);
}

/* A copy, as y alone is compared. */
static char *own_x(const struct vectors *v)
{
	size_t bytes = (size_t)x_length(v) * size_of(v->type);
	char *x = malloc(bytes + 1);

	memcpy(x, v->x, bytes);
	return x;
}

static void define_rot(const struct vectors *v, char *y)
{
	double c = get(real_of(v->type), v->c, 0).re;
	double s = get(real_of(v->type), v->s, 0).re;
	char *x = own_x(v);

	for (int64_t i = 0; i < v->n; i++) {
		int64_t j = at(i, v->n, v->incx), k = at(i, v->n, v->incy);
		struct number p = get(v->type, x, j), q = get(v->type, y, k);

		put(v->type, x, j, turned(v->type, c, s, p, q));
		put(v->type, y, k, turned(v->type, c, -s, q, p));
	}
	free(x);
}

static void run_rot(const struct vectors *v, char *y)
{
	char *x = own_x(v);

	same_rot(v->type, v->n, x, v->incx, y, v->incy, v->c, v->s);
	free(x);
}

static void define_rotm(const struct vectors *v, char *y)
{
	char *x = own_x(v);

	for (int64_t i = 0; i < v->n; i++) {
		int64_t j = at(i, v->n, v->incx), k = at(i, v->n, v->incy);
		struct number p = get(v->type, x, j), q = get(v->type, y, k);

		modify(v->type, v->param, &p.re, &q.re);
		put(v->type, x, j, p);
		put(v->type, y, k, q);
	}
	free(x);
}

static void run_rotm(const struct vectors *v, char *y)
{
	char *x = own_x(v);

	same_rotm(v->type, v->n, x, v->incx, y, v->incy, v->param);
	free(x);
}

static void define_copy(const struct vectors *v, char *y)
{
	for (int64_t i = 0; i < v->n; i++)
		put(v->type, y, at(i, v->n, v->incy), x_of(v, i));
}

static void run_copy(const struct vectors *v, char *y)
{
	same_copy(v->type, v->n, v->x, v->incx, y, v->incy);
}

static void define_swap(const struct vectors *v, char *y)
{
	char *x = own_x(v);

	for (int64_t i = 0; i < v->n; i++) {
		int64_t j = at(i, v->n, v->incx), k = at(i, v->n, v->incy);
		struct number was = get(v->type, x, j);

		put(v->type, x, j, get(v->type, y, k));
		put(v->type, y, k, was);
	}
	free(x);
}

static void run_swap(const struct vectors *v, char *y)
{
	char *x = own_x(v);

	same_swap(v->type, v->n, x, v->incx, y, v->incy);
	free(x);
}

static void define_scal_real(const struct vectors *v, char *y)
{
	struct number alpha = { get(real_of(v->type), v->c, 0).re, 0 };

	for (int64_t i = 0; i < v->n && v->incy > 0; i++)
		put(v->type, y, i * v->incy,
		    scaled(v->type, alpha, get(v->type, y, i * v->incy)));
}

static void run_scal_real(const struct vectors *v, char *y)
{
	same_scal_real(v->type, v->n, v->c, y, v->incy);
}

/* Of floats: all products are exact. */
static double double_dot(const struct vectors *v)
{
	struct number lane[32] = { 0 };

	for (int64_t i = 0; i < v->n; i++)
		lane[i % 32].re +=
			converted(v, x_of(v, i).re) *
			converted(v,
				  get(v->type, v->y, at(i, v->n, v->incy)).re);
	return tree(SAME_D, lane, 32).re;
}

static void define_dsdot(const struct vectors *v, char *y)
{
	put(SAME_D, y, 0, (struct number){ double_dot(v), 0 });
}

static void run_dsdot(const struct vectors *v, char *y)
{
	double r = same_dsdot(v->n, (const float *)v->x, v->incx,
			      (const float *)v->y, v->incy);

	memcpy(y, &r, sizeof(r));
}

static void define_sdsdot(const struct vectors *v, char *y)
{
	double b = converted(v, get(SAME_S, v->c, 0).re);

	put(SAME_S, y, 0, (struct number){ rounded(b + double_dot(v)), 0 });
}

static void run_sdsdot(const struct vectors *v, char *y)
{
	float r = same_sdsdot(v->n, *(const float *)v->c, (const float *)v->x,
			      v->incx, (const float *)v->y, v->incy);

	memcpy(y, &r, sizeof(r));
}

struct routine {
	const char *name;
	void (*define)(const struct vectors *v, char *y);
	void (*run)(const struct vectors *v, char *y);
	int types; /* so many, from SAME_S on */
};

static const struct routine routines[] = {
	{ "dot", define_dot, run_dot, TYPES },
	{ "asum", define_asum, run_asum, TYPES },
	{ "nrm2", define_nrm2, run_nrm2, TYPES },
	{ "iamax", define_iamax, run_iamax, TYPES },
	{ "axpy", define_axpy, run_axpy, TYPES },
	{ "axpby", define_axpby, run_axpby, TYPES },
	{ "scal", define_scal, run_scal, TYPES },
	{ "scal_real", define_scal_real, run_scal_real, TYPES },
	{ "rot", define_rot, run_rot, TYPES },
	{ "rotm", define_rotm, run_rotm, 2 },
	{ "copy", define_copy, run_copy, TYPES },
	{ "swap", define_swap, run_swap, TYPES },
	{ "dsdot", define_dsdot, run_dsdot, 1 },
	{ "sdsdot", define_sdsdot, run_sdsdot, 1 },
};
#define ROUTINES (sizeof(routines) / sizeof(routines[0]))

static int64_t increment(void)
{
	static const int64_t all[] = { 1, 1, 1, 2, 3, -1, -2, 0 };

	return all[below(8)];
}

static void random_vectors(struct vectors *v, enum same_type t, int64_t most,
			   bool wild)
{
	static const double flags[] = { -2, -1, 0, 1 };

	*v = (struct vectors){ .type = t,
			       .n = length(most),
			       .incx = increment(),
			       .incy = increment(),
			       .conj = is_complex(t) && below(2),
			       .smallest = !below(4) };
	scalar(t, v->alpha, wild);
	scalar(t, v->beta, wild);
	fill(real_of(t), v->c, 1, wild);
	fill(real_of(t), v->s, 1, wild);
	fill(real_of(t), v->param, 5, wild);
	put(real_of(t), v->param, 0, (struct number){ flags[below(4)], 0 });
	v->x = guarded(t, x_length(v), wild);
	v->y = array(t, reach(v->n, v->incy) + 2, 8 * (size_t)below(8), wild);
}

static void check(const struct routine *r, const struct vectors *v)
{
	size_t bytes = (size_t)(reach(v->n, v->incy) + 2) * size_of(v->type);
	char *wanted = malloc(bytes), *y = malloc(bytes);

	memcpy(wanted, v->y, bytes);
	r->define(v, wanted);
	for (int i = 0; i < ISAS; i++) {
		if (!use(isas[i], some_threads()))
			continue;
		memcpy(y, v->y, bytes);
		r->run(v, y);
		if (memcmp(y, wanted, bytes))
			fail_msg("%s %s type %d n %ld incx %ld incy %ld conj "
				 "%d mxcsr %x: not as defined",
				 isas[i], r->name, v->type, (long)v->n,
				 (long)v->incx, (long)v->incy, v->conj,
				 _mm_getcsr());
	}
	free(wanted);
	free(y);
}

static void many(int n, int64_t most, bool wild)
{
	struct vectors v;

	for (int i = 0; i < n; i++) {
		const struct routine *r = &routines[i % (int)ROUTINES];

		random_vectors(&v, (enum same_type)below(r->types), most, wild);
		check(r, &v);
		unguard(v.type, v.x, x_length(&v));
	}
}

static void test_vectors(void **unused)
{
	(void)unused;
	many(2800, 600, false);
}

static void test_vectors_wild(void **unused)
{
	(void)unused;
	many(2800, 100, true);
}

static void test_vectors_modes(void **unused)
{
	unsigned was = _mm_getcsr();

	(void)unused;
	for (unsigned mode = 0; mode < 16; mode++) {
		_mm_setcsr((was & ~0xe040u) | (mode & 3) << 13 |
			   (mode & 4 ? 0x8000u : 0) | (mode & 8 ? 0x40u : 0));
		many(280, 100, true);
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
