/* SPDX-License-Identifier: MIT */
/*
 * Fused multiply-add for processors without it, in integers: as IEEE 754 has
 * it, in the rounding mode and with the flush bits of MXCSR. Exception flags
 * are not raised. A result that is NaN may be any NaN.
 */
#ifndef SAMEBITS_SOFT_FMA_H
#define SAMEBITS_SOFT_FMA_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <xmmintrin.h>

#define MXCSR_DAZ 0x0040
#define MXCSR_FTZ 0x8000
#define MXCSR_ROUNDING(csr) (((csr) >> 13) & 3) /* nearest, down, up, zero */

typedef unsigned __int128 soft_wide;

struct soft_format {
	int precision; /* bits of the significand */
	int least;     /* exponent of the smallest subnormal number */
	int bits;
};

struct soft_number {
	soft_wide significand; /* value: significand * 2^exponent */
	int exponent;
	bool negative;
};

#define SOFT_TOP 125

static inline int soft_msb(soft_wide x)
{
	uint64_t high = (uint64_t)(x >> 64);

	return high ? 127 - __builtin_clzll(high)
		    : 63 - __builtin_clzll((uint64_t)x);
}

/* Finite numbers only. */
static inline struct soft_number soft_read(uint64_t x,
					   const struct soft_format *f,
					   unsigned csr)
{
	int stored = f->precision - 1;
	uint64_t fraction = x & ((1ULL << stored) - 1);
	int exponent = (int)(x >> stored & ((1U << (f->bits - f->precision)) - 1));
	struct soft_number n = { .negative = x >> (f->bits - 1) & 1 };

	if (!exponent && csr & MXCSR_DAZ)
		fraction = 0;
	n.significand = exponent ? fraction | 1ULL << stored : fraction;
	n.exponent = f->least + (exponent ? exponent - 1 : 0);
	return n;
}

static inline void soft_normalise(struct soft_number *n)
{
	int shift = SOFT_TOP - soft_msb(n->significand);

	n->significand <<= shift;
	n->exponent -= shift;
}

/* What is shifted out leaves its trace in the last bit. */
static inline soft_wide soft_shift(soft_wide x, int by)
{
	if (by <= 0)
		return x;
	if (by > 127)
		return x != 0;
	return x >> by | ((x & (((soft_wide)1 << by) - 1)) != 0);
}

static inline struct soft_number soft_add(struct soft_number a,
					  struct soft_number b)
{
	soft_normalise(&a);
	soft_normalise(&b);
	if (a.exponent < b.exponent ||
	    (a.exponent == b.exponent && a.significand < b.significand)) {
		struct soft_number swap = a;

		a = b;
		b = swap;
	}
	b.significand = soft_shift(b.significand, a.exponent - b.exponent);
	if (a.negative == b.negative)
		a.significand += b.significand;
	else if (a.significand >= b.significand)
		a.significand -= b.significand;
	else {
		a.significand = b.significand - a.significand;
		a.negative = b.negative;
	}
	return a;
}

/* significand / 2^drop, rounded. */
static inline uint64_t soft_round(const struct soft_number *n, int drop,
				  unsigned csr)
{
	soft_wide kept, rest, half;

	if (drop <= 0)
		return (uint64_t)(n->significand << -drop);
	if (drop > 127) { /* far below: a trace */
		kept = 0;
		rest = n->significand != 0;
		half = 2;
	} else {
		kept = n->significand >> drop;
		rest = n->significand & (((soft_wide)1 << drop) - 1);
		half = (soft_wide)1 << (drop - 1);
	}
	switch (MXCSR_ROUNDING(csr)) {
	case 0:
		return (uint64_t)kept + (rest > half || (rest == half && kept & 1));
	case 1:
		return (uint64_t)kept + (rest && n->negative);
	case 2:
		return (uint64_t)kept + (rest && !n->negative);
	default:
		return (uint64_t)kept;
	}
}

static inline uint64_t soft_overflow(const struct soft_format *f, bool negative,
				     unsigned csr)
{
	uint64_t infinity = ((1ULL << (f->bits - f->precision)) - 1)
			    << (f->precision - 1);
	unsigned mode = MXCSR_ROUNDING(csr);
	bool finite = mode == 3 || (mode == 1 && !negative) ||
		      (mode == 2 && negative);

	return infinity - finite;
}

static inline uint64_t soft_write(const struct soft_number *n,
				  const struct soft_format *f, unsigned csr)
{
	uint64_t sign = (uint64_t)n->negative << (f->bits - 1), rounded;
	int top = soft_msb(n->significand) + n->exponent;
	int last = top - (f->precision - 1);
	int stored = f->precision - 1;
	bool tiny;

	/* Tiny is what would be, with any exponent, after rounding. */
	rounded = soft_round(n, last - n->exponent, csr);
	tiny = last + (int)(rounded >> f->precision) < f->least;
	if (tiny && csr & MXCSR_FTZ)
		return sign;
	if (last < f->least) {
		last = f->least;
		rounded = soft_round(n, last - n->exponent, csr);
	}
	if (rounded >> f->precision) {
		rounded >>= 1;
		last++;
	}
	if (!(rounded >> stored)) /* subnormal */
		return sign | rounded;
	if (last - f->least + 1 >= (1 << (f->bits - f->precision)) - 1)
		return sign | soft_overflow(f, n->negative, csr);
	return sign | ((uint64_t)(last - f->least + 1) << stored) |
	       (rounded & ((1ULL << stored) - 1));
}

static __attribute__((noinline)) uint64_t soft_fma(uint64_t a, uint64_t b, uint64_t c,
				const struct soft_format *f)
{
	unsigned csr = _mm_getcsr();
	struct soft_number x = soft_read(a, f, csr), y = soft_read(b, f, csr);
	struct soft_number z = soft_read(c, f, csr), sum;
	bool zero = !z.significand;

	x.negative ^= y.negative;
	x.exponent += y.exponent;
	x.significand *= y.significand;
	if (!x.significand && zero) {
		if (x.negative != z.negative)
			x.negative = MXCSR_ROUNDING(csr) == 1;
		return (uint64_t)x.negative << (f->bits - 1);
	}
	if (!x.significand)
		return soft_write(&z, f, csr);
	sum = zero ? x : soft_add(x, z);
	if (!sum.significand)
		return (uint64_t)(MXCSR_ROUNDING(csr) == 1) << (f->bits - 1);
	return soft_write(&sum, f, csr);
}

static inline float soft_fmaf(float a, float b, float c)
{
	static const struct soft_format binary32 = { 24, -149, 32 };
	uint32_t x, y, z;
	float r;

	memcpy(&x, &a, 4);
	memcpy(&y, &b, 4);
	memcpy(&z, &c, 4);
	/* NaN or infinite: nothing to round. */
	if ((x >> 23 & 255) == 255 || (y >> 23 & 255) == 255)
		return a * b + c;
	if ((z >> 23 & 255) == 255)
		return c;
	x = (uint32_t)soft_fma(x, y, z, &binary32);
	memcpy(&r, &x, 4);
	return r;
}

static inline double soft_fmad(double a, double b, double c)
{
	static const struct soft_format binary64 = { 53, -1074, 64 };
	uint64_t x, y, z;
	double r;

	memcpy(&x, &a, 8);
	memcpy(&y, &b, 8);
	memcpy(&z, &c, 8);
	if ((x >> 52 & 2047) == 2047 || (y >> 52 & 2047) == 2047)
		return a * b + c;
	if ((z >> 52 & 2047) == 2047)
		return c;
	x = soft_fma(x, y, z, &binary64);
	memcpy(&r, &x, 8);
	return r;
}

#endif
