/* SPDX-License-Identifier: MIT */
/*
 * The parameters of rotations that --blas=same finds: as they are defined
 * (shim/blas/README.md), and that they turn what they should.
 */
#include <math.h>

#include "kernels/model.h"

/* Of any size: the least and largest numbers among them. */
static struct number sized(enum same_type t)
{
	int most = twice(t) ? 1021 : 125;
	int e = (int)below(2 * most) - most;
	struct number x = { ldexp(number(false), e), 0 };

	if (is_complex(t))
		x.im = ldexp(number(false), e - (int)below(3));
	x.re = twice(t) ? x.re : narrowed(x.re);
	x.im = twice(t) ? x.im : narrowed(x.im);
	return below(10) ? x : (struct number){ 0, 0 };
}

static long double size_of_number(struct number x)
{
	return hypotl(x.re, x.im);
}

/* The exponent of the larger of two numbers, as a scale. */
static int scale_of(double a, double b)
{
	int e = ilogb(fmax(fabs(a), fabs(b)));

	return e > 1021 ? 1021 : e < -1021 ? -1021 : e;
}

/* All four operations are those of doubles, by definition. */
static void define_rotg(double a, double b, double *c, double *s, double *r)
{
	int e;

	*c = b == 0;
	*s = b != 0;
	*r = b == 0 ? a : b;
	if (a == 0 || b == 0)
		return;
	e = scale_of(a, b);
	*r = sqrt(ldexp(a, -e) * ldexp(a, -e) + ldexp(b, -e) * ldexp(b, -e));
	*r = (fabs(a) > fabs(b) ? a : b) < 0 ? -*r : *r;
	*c = ldexp(a, -e) / *r;
	*s = ldexp(b, -e) / *r;
	*r = ldexp(*r, e);
}

static void define_crotg(struct number a, struct number b, double *c,
			 struct number *s, struct number *r)
{
	int d = scale_of(a.re, a.im), e = scale_of(b.re, b.im);
	int most = d > e ? d : e;
	struct number f = { ldexp(a.re, -d), ldexp(a.im, -d) };
	struct number g = { ldexp(b.re, -e), ldexp(b.im, -e) };
	double f2 = f.re * f.re + f.im * f.im, g2 = g.re * g.re + g.im * g.im;
	double h2 = ldexp(f2, 2 * (d - most)) + ldexp(g2, 2 * (e - most));

	*c = ldexp(sqrt(f2 / h2), d - most);
	s->re = ldexp((f.re * g.re + f.im * g.im) / sqrt(f2 * h2), e - most);
	s->im = ldexp((f.im * g.re - f.re * g.im) / sqrt(f2 * h2), e - most);
	r->re = ldexp(f.re * sqrt(h2 / f2), most);
	r->im = ldexp(f.im * sqrt(h2 / f2), most);
}

/* Where nothing is so small that it is rounded twice. */
static void check_bits(enum same_type t, struct number a, struct number b,
		       const char *c, const char *s, const char *r)
{
	struct number sine = { 0, 0 }, turned = { 0, 0 };
	double least = twice(t) ? 1e-250 : 1e-30, cosine;
	char want[16];

	if (!is_complex(t))
		define_rotg(a.re, b.re, &cosine, &sine.re, &turned.re);
	else if ((a.re == 0 && a.im == 0) || (b.re == 0 && b.im == 0))
		return;
	else
		define_crotg(a, b, &cosine, &sine, &turned);
	if (fabs(cosine) < least || hypot(sine.re, sine.im) < least ||
	    hypot(turned.re, turned.im) < least)
		return;
	put(real_of(t), want, 0, (struct number){ cosine, 0 });
	assert_memory_equal(want, c, size_of(real_of(t)));
	put(t, want, 0, sine);
	assert_memory_equal(want, s, size_of(t));
	put(t, want, 0, turned);
	assert_memory_equal(want, r, size_of(t));
}

/* c and s are a rotation that turns (a, b) into (r, 0). */
static void check_rotation(enum same_type t, struct number a, struct number b,
			   double c, struct number s, struct number r)
{
	long double most = fmaxl(size_of_number(a), size_of_number(b));
	long double tiny = twice(t) ? 0x1p-1022L : 0x1p-126L;
	long double near = (twice(t) ? 0x1p-50L : 0x1p-21L) * most + 4 * tiny;
	long double re = c * (long double)a.re + s.re * (long double)b.re -
			 s.im * (long double)b.im;
	long double im = c * (long double)a.im + s.re * (long double)b.im +
			 s.im * (long double)b.re;
	long double zero_re = c * (long double)b.re - s.re * (long double)a.re -
			      s.im * (long double)a.im;
	long double zero_im = c * (long double)b.im - s.re * (long double)a.im +
			      s.im * (long double)a.re;

	if (hypotl(re - r.re, im - r.im) > near ||
	    hypotl(zero_re, zero_im) > near)
		fail_msg("rotg type %d of %a %a and %a %a: c %a s %a %a r %a "
			 "%a",
			 t, a.re, a.im, b.re, b.im, c, s.re, s.im, r.re, r.im);
}

static void test_rotg(void **unused)
{
	char a[16], b[16], c[16], s[16];

	(void)unused;
	for (int i = 0; i < 40000; i++) {
		enum same_type t = (enum same_type)(i % TYPES);
		struct number x = sized(t), y = sized(t);

		put(t, a, 0, x);
		put(t, b, 0, y);
		same_rotg(t, a, b, c, s);
		check_rotation(t, x, y, get(real_of(t), c, 0).re, get(t, s, 0),
			       get(t, a, 0));
		check_bits(t, x, y, c, s, a);
	}
}

/* What rotmg finds turns (x1, y1), weighed by the roots of d1 and d2, so that
 * nothing is left of y. */
static void test_rotmg(void **unused)
{
	char d1[8], d2[8], x1[8], y1[8], param[40];

	(void)unused;
	for (int i = 0; i < 20000; i++) {
		enum same_type t = i % 2 ? SAME_D : SAME_S;
		double e = ldexp(1, (int)below(100) - 50);
		struct number w = { fabs(number(false)) * e, 0 };
		struct number v = { fabs(number(false)) / e, 0 };
		double x = narrowed(number(false)), y = narrowed(number(false));
		double left = y, first = x, before, after;

		put(t, d1, 0, w);
		put(t, d2, 0, v);
		w = get(t, d1, 0);
		v = get(t, d2, 0);
		put(t, x1, 0, (struct number){ x, 0 });
		put(t, y1, 0, (struct number){ y, 0 });
		same_rotmg(t, d1, d2, x1, y1, param);
		modify(t, param, &first, &left);
		before = w.re * x * x + v.re * y * y;
		after = get(t, d1, 0).re * first * first;
		assert_true(fabs(before - after) <= 1e-5 * before);
		assert_true(get(t, d2, 0).re * left * left <= 1e-9 * before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rotg),
		cmocka_unit_test(test_rotmg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
