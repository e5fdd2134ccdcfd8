/* SPDX-License-Identifier: MIT */
/* Level 2 as it is defined (shim/blas/README.md), and as it is called. */
#ifndef SAMEBITS_TEST_LEVEL2_H
#define SAMEBITS_TEST_LEVEL2_H

#include "model.h"

enum shape { GENERAL, BAND, TRIANGLE, TRIANGLE_BAND, PACKED };

struct routine;

struct call {
	enum same_type type;
	const struct routine *r;
	enum same_symmetry symmetry;
	char uplo, trans, diag;
	int64_t m, n, kl, ku, lda, incx, incy;
	_Alignas(16) char alpha[16];
	_Alignas(16) char beta[16];
	int64_t size_a, size_x, size_y;
	char *a, *x, *y;
};

struct routine {
	const char *name;
	enum shape shape;
	void (*define)(const struct call *c, char *a, char *x, char *y);
	void (*run)(const struct call *c, char *a, char *x, char *y);
};

extern const struct routine level2[];
extern const int level2_routines;

/* The lengths of op(a)'s vectors. */
int64_t x_length(const struct call *c);
int64_t y_length(const struct call *c);
/* Is y beta * y + alpha * op(a) * x, a symmetric? */
bool is_symmetric_product(const struct routine *r);

#endif
