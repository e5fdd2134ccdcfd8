/* SPDX-License-Identifier: MIT */
/* Scalars of any type, and what is done where no product is. */
#ifndef SAMEBITS_SCALAR_H
#define SAMEBITS_SCALAR_H

#include "kernels.h"

bool is_zero(enum same_type type, const void *x);
bool is_one(enum same_type type, const void *x);
/* c = beta * c, in all (uplo 0) or one triangle; 0 writes, 1 leaves alone.
 * Hermitian: the diagonal becomes real. */
void scale_matrix(enum same_type type, int64_t m, int64_t n, char uplo,
		  bool hermitian, const void *beta, void *c, int64_t ldc);
/* A real scalar as one of a complex type; others as they are. */
union scalar scalar_of_real(enum same_type type, const void *x);
union scalar scalar_of(enum same_type type, const void *x);
union scalar scalar_one(enum same_type type);
union scalar scalar_conjugate(enum same_type type, const void *x);

#endif
