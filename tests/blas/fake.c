/* SPDX-License-Identifier: MIT */
#include "fake.h"

struct got fake_got;

#define FN(symbol)                                                             \
	fake_fn symbol;                                                        \
	double _Complex symbol(                                                \
		double x0, double x1, double x2, double x3, double x4,         \
		double x5, double x6, double x7, uint64_t a, uint64_t b,       \
		uint64_t c, uint64_t d, uint64_t e, uint64_t f, uint64_t g,    \
		uint64_t h, uint64_t i, uint64_t j, uint64_t k, uint64_t l,    \
		uint64_t m, uint64_t n, uint64_t o, uint64_t p, uint64_t q,    \
		uint64_t r)                                                    \
	{                                                                      \
		fake_got = (struct got){ #symbol,                              \
					 { x0, x1, x2, x3, x4, x5, x6, x7 },   \
					 { a, b, c, d, e, f, g, h, i, j, k, l, \
					   m, n, o, p, q, r } };               \
		return x0 + x1 * (double _Complex)I;                           \
	}
#define ROUTINE FAKE_BLAS
#include "blas.def"
#undef ROUTINE
#define ROUTINE FAKE_LAPACK
#include "lapack.def"
#undef ROUTINE
