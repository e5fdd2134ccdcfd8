/* SPDX-License-Identifier: MIT */
/* Vectors as BLAS gives them. */
#ifndef SAMEBITS_LINE_H
#define SAMEBITS_LINE_H

#include "kernels.h"

/* The first number of a vector, which lies last if the increment is negative.
 */
static inline char *first_of(enum same_type type, const void *x, int64_t n,
			     int64_t inc)
{
	char *at = (char *)(uintptr_t)x;

	return inc < 0 ? at - (n - 1) * inc * kernels->gemm[type]->size : at;
}

static inline struct line line_of(enum same_type type, const void *x, int64_t n,
				  int64_t inc)
{
	return (struct line){ first_of(type, x, n, inc), inc };
}

static inline struct line line_at(enum same_type type, struct line x, int64_t i)
{
	x.at = (char *)x.at + i * x.inc * kernels->gemm[type]->size;
	return x;
}

/* The pointer that BLAS has for it: the lowest address. */
static inline const void *line_first(enum same_type type, struct line x,
				     int64_t n)
{
	return x.inc < 0 ? line_at(type, x, n - 1).at : x.at;
}

#endif
