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

void scale_matrix(enum same_type type, int64_t m, int64_t n, char uplo,
		  const void *beta, void *c, int64_t ldc)
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
}
