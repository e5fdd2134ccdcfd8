/* SPDX-License-Identifier: MIT */
/*
 * The parameters of plane rotations: in double precision and without fused
 * operations, so that one code serves all processors. Scales are powers of two:
 * nothing overflows, and nothing is rounded but the result.
 */
#include <emmintrin.h>

#include "kernels.h"

#define MOST_EXPONENT 1021 /* its inverse is no subnormal number */

static double root(double x)
{
	return _mm_cvtsd_f64(_mm_sqrt_sd(_mm_setzero_pd(), _mm_set_sd(x)));
}

static double magnitude(double x)
{
	return x < 0 ? -x : x;
}

static double larger(double a, double b)
{
	return a > b ? a : b;
}

/* 2^e, |e| up to 1021 */
static double power(int64_t e)
{
	union {
		uint64_t bits;
		double x;
	} u = { .bits = (uint64_t)(e + 1023) << 52 };

	return u.x;
}

/* x * 2^e, |e| up to 2042 */
static double shifted(double x, int64_t e)
{
	return x * power(e / 2) * power(e - e / 2);
}

/* Of a positive number: as a scale. */
static int64_t exponent(double x)
{
	union {
		double x;
		uint64_t bits;
	} u = { .x = x };
	int64_t e = (int64_t)(u.bits >> 52 & 0x7ff) - 1023;

	e = e > MOST_EXPONENT ? MOST_EXPONENT : e;
	return e < -MOST_EXPONENT ? -MOST_EXPONENT : e;
}

static double get(enum same_type type, const void *x, int part)
{
	return type == SAME_S || type == SAME_C
		       ? (double)((const float *)x)[part]
		       : ((const double *)x)[part];
}

static void put(enum same_type type, void *x, int part, double value)
{
	if (value != value)
		value = __builtin_nan("");
	if (type == SAME_S || type == SAME_C)
		((float *)x)[part] = (float)value;
	else
		((double *)x)[part] = value;
}

/* What c and s can be found from again. */
static void put_z(enum same_type type, bool first, const void *c, const void *s,
		  void *b)
{
	double cosine = get(type, c, 0);

	if (first)
		put(type, b, 0, get(type, s, 0));
	else
		put(type, b, 0, cosine != 0 ? 1 / cosine : 1);
}

static void rotg(enum same_type type, void *x, void *y, void *c, void *s)
{
	double a = get(type, x, 0), b = get(type, y, 0), u, v, r;
	bool first = magnitude(a) > magnitude(b);
	int64_t e;

	if (b == 0 || a == 0) {
		put(type, c, 0, b == 0);
		put(type, s, 0, b != 0);
		if (b != 0)
			same_copy(type, 1, y, 1, x, 1);
		put(type, y, 0, b != 0);
		return;
	}
	e = exponent(larger(magnitude(a), magnitude(b)));
	u = shifted(a, -e);
	v = shifted(b, -e);
	r = root(u * u + v * v);
	r = (first ? a : b) < 0 ? -r : r;
	put(type, c, 0, u / r);
	put(type, s, 0, v / r);
	put_z(type, first, c, s, y);
	put(type, x, 0, shifted(r, e));
}

/* A complex number times 2^-e, with a largest part from 1 to 8. */
struct scaled {
	double re, im;
	int64_t e;
};

static struct scaled scaled(enum same_type type, const void *x)
{
	double re = get(type, x, 0), im = get(type, x, 1);
	int64_t e = exponent(larger(magnitude(re), magnitude(im)));

	return (struct scaled){ shifted(re, -e), shifted(im, -e), e };
}

static void put_complex(enum same_type type, void *x, double re, double im)
{
	put(type, x, 0, re);
	put(type, x, 1, im);
}

/* s = conj(g) * f / |f| / |h|, where h is the vector of f and g */
static void complex_rotg(enum same_type type, void *a, const void *b, void *c,
			 void *s)
{
	struct scaled f = scaled(type, a), g = scaled(type, b);
	double f2 = f.re * f.re + f.im * f.im, g2 = g.re * g.re + g.im * g.im;
	int64_t e = f.e > g.e ? f.e : g.e;
	double h2 = shifted(shifted(f2, f.e - e), f.e - e) +
		    shifted(shifted(g2, g.e - e), g.e - e);
	double both = root(f2 * h2), grown = root(h2 / f2);

	put(type, c, 0, shifted(root(f2 / h2), f.e - e));
	put_complex(type, s,
		    shifted((f.re * g.re + f.im * g.im) / both, g.e - e),
		    shifted((f.im * g.re - f.re * g.im) / both, g.e - e));
	put_complex(type, a, shifted(f.re * grown, e),
		    shifted(f.im * grown, e));
}

/* f is 0: g is turned onto the real axis. */
static void complex_turn(enum same_type type, void *a, const void *b, void *c,
			 void *s)
{
	struct scaled g = scaled(type, b);
	double r = root(g.re * g.re + g.im * g.im);

	put(type, c, 0, 0);
	put_complex(type, s, g.re / r, -g.im / r);
	put_complex(type, a, shifted(r, g.e), 0);
}

static bool nothing(enum same_type type, const void *x)
{
	return get(type, x, 0) == 0 && get(type, x, 1) == 0;
}

void same_rotg(enum same_type type, void *a, void *b, void *c, void *s)
{
	if (type == SAME_S || type == SAME_D) {
		rotg(type, a, b, c, s);
	} else if (nothing(type, b)) {
		put(type, c, 0, 1);
		put_complex(type, s, 0, 0);
	} else if (nothing(type, a)) {
		complex_turn(type, a, b, c, s);
	} else {
		complex_rotg(type, a, b, c, s);
	}
}

/* A modified rotation while it is found. */
struct modified {
	double flag, h11, h21, h12, h22;
	double d1, d2, x1;
};

/* All four numbers will be given. */
static void whole(struct modified *m)
{
	if (m->flag == 0)
		m->h11 = m->h22 = 1;
	if (m->flag == 1) {
		m->h21 = -1;
		m->h12 = 1;
	}
	m->flag = -1;
}

/* The power of 4096 by whose square d is brought between 2^-24 and 2^24. */
static double wanted(double d)
{
	double by = 1;

	for (; magnitude(d) >= 0x1p24 && d * 0 == 0; d *= 0x1p-24)
		by *= 0x1p-12;
	for (; d != 0 && magnitude(d) <= 0x1p-24; d *= 0x1p24)
		by *= 0x1p12;
	return by;
}

static void rescale(struct modified *m)
{
	double one = wanted(m->d1), two = wanted(m->d2);

	if (one == 1 && two == 1)
		return;
	whole(m);
	m->d1 = m->d1 * one * one;
	m->x1 /= one;
	m->h11 /= one;
	m->h12 /= one;
	m->d2 = m->d2 * two * two;
	m->h21 /= two;
	m->h22 /= two;
}

/* Nothing can be turned: all becomes 0. */
static struct modified none(void)
{
	return (struct modified){ .flag = -1 };
}

static void find(struct modified *m, double y1)
{
	double p1 = m->d1 * m->x1, p2 = m->d2 * y1, u, was = m->d1;

	if (magnitude(p1 * m->x1) > magnitude(p2 * y1)) {
		m->h21 = -y1 / m->x1;
		m->h12 = p2 / p1;
		u = 1 - m->h12 * m->h21;
		if (u > 0) {
			m->d1 /= u;
			m->d2 /= u;
			m->x1 *= u;
		} else {
			*m = none();
		}
	} else if (p2 * y1 < 0) {
		*m = none();
	} else {
		m->flag = 1;
		m->h11 = p1 / p2;
		m->h22 = m->x1 / y1;
		u = 1 + m->h11 * m->h22;
		m->d1 = m->d2 / u;
		m->d2 = was / u;
		m->x1 = y1 * u;
	}
	rescale(m);
}

static void put_modified(enum same_type type, const struct modified *m,
			 void *param)
{
	put(type, param, 0, m->flag);
	if (m->flag != 0) {
		put(type, param, 1, m->h11);
		put(type, param, 4, m->h22);
	}
	if (m->flag != 1) {
		put(type, param, 2, m->h21);
		put(type, param, 3, m->h12);
	}
}

void same_rotmg(enum same_type type, void *d1, void *d2, void *x1,
		const void *y1, void *param)
{
	struct modified m = { .d1 = get(type, d1, 0),
			      .d2 = get(type, d2, 0),
			      .x1 = get(type, x1, 0) };
	double y = get(type, y1, 0);

	if (m.d1 < 0) {
		m = none();
	} else if (m.d2 * y == 0) {
		put(type, param, 0, -2);
		return;
	} else {
		find(&m, y);
	}
	put_modified(type, &m, param);
	put(type, d1, 0, m.d1);
	put(type, d2, 0, m.d2);
	put(type, x1, 0, m.x1);
}
