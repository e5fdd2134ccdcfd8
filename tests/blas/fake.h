/* SPDX-License-Identifier: MIT */
/* A library that has every name of blas.def and lapack.def, and says what
 * arrived. */
#ifndef SAMEBITS_TEST_FAKE_BLAS_H
#define SAMEBITS_TEST_FAKE_BLAS_H

#include <complex.h>
#include <stdint.h>

#define INTS 18

/* All argument registers, and twelve words of stack. */
typedef double _Complex fake_fn(double, double, double, double, double, double,
				double, double, uint64_t, uint64_t, uint64_t,
				uint64_t, uint64_t, uint64_t, uint64_t,
				uint64_t, uint64_t, uint64_t, uint64_t,
				uint64_t, uint64_t, uint64_t, uint64_t,
				uint64_t, uint64_t, uint64_t);

struct got {
	const char *name; /* who was called */
	double x[8];
	uint64_t i[INTS];
};
extern struct got fake_got;

/* FN(symbol) for each of them, of BLAS and, with FAKE_LAPACK, of LAPACK. */
#define FAKE_LAPACK(f, type, words, doc)                                       \
	FN(f##_) FN(f##_64_) FN(scipy_##f##_) FN(scipy_##f##_64_)
#define FAKE_BLAS(f, c, type, kind, words, doc)                                \
	FN(f##_) FN(f) FN(f##_64_) FN(f##_64) FN(scipy_##f##_)                 \
	FN(scipy_##f##_64_) FN(cblas_##c) FN(cblas_##c##64_)                   \
	FN(cblas_##c##_64) FN(scipy_cblas_##c) FN(scipy_cblas_##c##64_)

#endif
