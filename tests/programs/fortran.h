/* SPDX-License-Identifier: MIT */
#ifndef SAMEBITS_TEST_FORTRAN_H
#define SAMEBITS_TEST_FORTRAN_H

#include <string.h>

#include "victim.h"

/* An array of one dimension, as the compiler passes it. */
struct array {
	void *data;
	size_t offset;
	size_t size;
	int version;
	signed char rank, type;
	short attribute;
	long span;
	long stride, first, last;
};

static inline struct array array_of(void *data, size_t size, long n)
{
	return (struct array){ .data = data, .size = size, .rank = 1,
			       .span = (long)size, .stride = 1, .first = 1,
			       .last = n };
}

void _gfortran_random_init(int repeatable, int distinct, int image);
void _gfortran_random_seed_i4(int *size, struct array *put, struct array *get);
void _gfortran_random_seed_i8(long *size, struct array *put, struct array *get);
void _gfortran_random_r4(float *out);
void _gfortran_random_r8(double *out);
void _gfortran_random_r10(long double *out);
void _gfortran_random_r16(__float128 *out);
void _gfortran_arandom_r4(struct array *out);
void _gfortran_arandom_r8(struct array *out);
void _gfortran_arandom_r10(struct array *out);
void _gfortran_arandom_r16(struct array *out);
float _gfortran_rand(const int *seed);
int _gfortran_irand(const int *seed);
void _gfortran_srand(const int *seed);

/* The bits of `n` values, those that count of each. */
static inline void bits_emit(const void *values, size_t room, size_t size,
			     int n)
{
	const char *at = values;

	for (; n--; at += room) {
		uint64_t word[2] = { 0, 0 };

		memcpy(word, at, size);
		emit(word[0] ^ word[1]);
	}
}

#endif
