/* SPDX-License-Identifier: MIT */
/* Complex numbers of the templates, in the fixed order of README.md. Beside
 * NAME(number) for real types, so that templates serve both. */

#ifdef COMPLEX
#define PARTS 2 /* reals of a number */
typedef struct {
	R re, im;
} NAME(number);

/* c + a * b */
static inline NAME(number) NAME(chain)(NAME(number) a, NAME(number) b,
				       NAME(number) c)
{
	c.re = FMA1(a.re, b.re, c.re);
	c.re = FMA1(-a.im, b.im, c.re);
	c.im = FMA1(a.re, b.im, c.im);
	c.im = FMA1(a.im, b.re, c.im);
	return c;
}

/* a * b, where a may be real. */
static inline NAME(number) NAME(times)(NAME(number) a, NAME(number) b)
{
	NAME(number) r = { a.re * b.re, a.re * b.im };

	if (a.im != 0) {
		r.re = FMA1(-a.im, b.im, r.re);
		r.im = FMA1(a.im, b.re, r.im);
	}
	return r;
}

/* c + a * b, where a may be real. */
static inline NAME(number) NAME(plus)(NAME(number) a, NAME(number) b,
				      NAME(number) c)
{
	c.re = FMA1(a.re, b.re, c.re);
	c.im = FMA1(a.re, b.im, c.im);
	if (a.im != 0) {
		c.re = FMA1(-a.im, b.im, c.re);
		c.im = FMA1(a.im, b.re, c.im);
	}
	return c;
}

static inline NAME(number) NAME(quieted)(NAME(number) x)
{
	x.re = x.re == x.re ? x.re : QUIET;
	x.im = x.im == x.im ? x.im : QUIET;
	return x;
}

static inline NAME(number) NAME(negated)(NAME(number) x)
{
	return (NAME(number)){ -x.re, -x.im };
}

static inline NAME(number) NAME(conjugate)(NAME(number) x, bool conj)
{
	x.im = conj ? -x.im : x.im;
	return x;
}

static inline R NAME(magnitude)(R x)
{
	return x < 0 ? -x : x;
}

/* What x is multiplied by instead of divided by a. */
static inline NAME(number) NAME(divisor)(NAME(number) a)
{
	R q, d;

	if (NAME(magnitude)(a.re) >= NAME(magnitude)(a.im)) {
		q = a.im / a.re;
		d = FMA1(a.im, q, a.re);
		return (NAME(number)){ 1 / d, -q / d };
	}
	q = a.re / a.im;
	d = FMA1(a.re, q, a.im);
	return (NAME(number)){ q / d, -1 / d };
}

static inline NAME(number) NAME(divided)(NAME(number) x, NAME(number) by)
{
	NAME(number) r = { by.re * x.re, by.re * x.im };

	r.re = FMA1(-by.im, x.im, r.re);
	r.im = FMA1(by.im, x.re, r.im);
	return r;
}

static inline NAME(number) NAME(of)(R re)
{
	return (NAME(number)){ re, 0 };
}
#else
#define PARTS 1
typedef R NAME(number);

static inline R NAME(chain)(R a, R b, R c)
{
	return FMA1(a, b, c);
}

static inline R NAME(times)(R a, R b)
{
	return a * b;
}

static inline R NAME(plus)(R a, R b, R c)
{
	return FMA1(a, b, c);
}

static inline R NAME(quieted)(R x)
{
	return x == x ? x : QUIET;
}

static inline R NAME(negated)(R x)
{
	return -x;
}

static inline R NAME(conjugate)(R x, bool conj)
{
	(void)conj;
	return x;
}

static inline R NAME(divisor)(R a)
{
	return a;
}

static inline R NAME(divided)(R x, R by)
{
	return x / by;
}

static inline R NAME(of)(R re)
{
	return re;
}
#endif
