/* SPDX-License-Identifier: MIT */
/* What the routines of level 2 say of their matrices and vectors. */
#ifndef SAMEBITS_COLUMNS_H
#define SAMEBITS_COLUMNS_H

#include "line.h"

struct columns columns_dense(const void *a, int64_t lda, int64_t m, int64_t n);

/* How one triangle of a matrix of n is stored. */
struct storage {
	char uplo;
	int64_t n;
	const void *a;
	int64_t lda; /* 0: packed */
	bool band;
	int64_t k; /* of a band */
};

/* strict: without the diagonal */
struct columns columns_stored(enum same_type type, const struct storage *s,
			      bool strict);
/* x where it lies in a row; else a copy in *room, which is to be given back, if
 * there is memory for one. */
struct line in_a_row(enum same_type type, struct line x, int64_t n,
		     void **room);
/* How much of `length` one thread does, if each has so many parts. */
int64_t part_of(int64_t length, double work, int64_t parts);

#endif
