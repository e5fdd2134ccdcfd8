/* SPDX-License-Identifier: MIT */
#include "kernels.h"
#include "scalar.h"

static bool is(enum same_type type, const void *x, double re)
{
	const float *s = x;
	const double *d = x;

	switch (type) {
	case SAME_S:
		return s[0] == (float)re;
	case SAME_D:
		return d[0] == re;
	case SAME_C:
		return s[0] == (float)re && s[1] == 0;
	default:
		return d[0] == re && d[1] == 0;
	}
}

bool is_zero(enum same_type type, const void *x)
{
	return is(type, x, 0);
}

bool is_one(enum same_type type, const void *x)
{
	return is(type, x, 1);
}

union scalar scalar_of_real(enum same_type type, const void *x)
{
	if (type == SAME_Z || type == SAME_D)
		return (union scalar){ .d = { *(const double *)x, 0 } };
	return (union scalar){ .s = { *(const float *)x, 0 } };
}

union scalar scalar_one(enum same_type type)
{
	const float one = 1;
	const double two = 1;

	return scalar_of_real(type, type == SAME_S || type == SAME_C ?
					    (const void *)&one :
					    &two);
}

union scalar scalar_of(enum same_type type, const void *x)
{
	union scalar r = scalar_of_real(type, x);

	/* Parts are not widened: a subnormal one might be flushed. */
	if (type == SAME_C)
		r.s[1] = ((const float *)x)[1];
	if (type == SAME_Z)
		r.d[1] = ((const double *)x)[1];
	return r;
}

union scalar scalar_conjugate(enum same_type type, const void *x)
{
	union scalar r = scalar_of(type, x);

	if (type == SAME_C)
		r.s[1] = -r.s[1];
	if (type == SAME_Z)
		r.d[1] = -r.d[1];
	return r;
}

static void make_real(enum same_type type, int64_t n, void *c, int64_t ldc)
{
	for (int64_t i = 0; i < n; i++)
		if (type == SAME_C)
			((float *)c)[2 * i * (ldc + 1) + 1] = 0;
		else if (type == SAME_Z)
			((double *)c)[2 * i * (ldc + 1) + 1] = 0;
}

void scale_matrix(enum same_type type, int64_t m, int64_t n, char uplo,
		  bool hermitian, const void *beta, void *c, int64_t ldc)
{
	int64_t first, end, size = kernels->gemm[type]->size;

	if (is_one(type, beta))
		return;
	for (int64_t j = 0; j < n; j++) {
		first = uplo == 'L' ? j : 0;
		end = uplo == 'U' && j + 1 < m ? j + 1 : m;
		if (first < end)
			kernels->level1[type]->scale(end - first, beta,
				(char *)c + (j * ldc + first) * size, 1,
				is_zero(type, beta));
	}
	if (hermitian)
		make_real(type, n, c, ldc);
}
