/* SPDX-License-Identifier: MIT */
/* Level 1: what is to be said before the kernels. */
#include "line.h"
#include "scalar.h"

static void clear(enum same_type type, void *result, bool real)
{
	char *r = result;
	int size = kernels->gemm[type]->size;

	for (int i = 0; i < (real && type >= SAME_C ? size / 2 : size); i++)
		r[i] = 0;
}

void same_dot(enum same_type type, bool conj, int64_t n, const void *x,
	      int64_t incx, const void *y, int64_t incy, void *result)
{
	clear(type, result, false);
	if (n > 0)
		kernels->level1[type]->dot(n, first_of(type, x, n, incx), incx,
					   first_of(type, y, n, incy), incy, conj,
					   result);
}

void same_asum(enum same_type type, int64_t n, const void *x, int64_t incx,
	       void *result)
{
	clear(type, result, true);
	if (n > 0 && incx > 0)
		kernels->level1[type]->sum(n, x, incx, result);
}

void same_nrm2(enum same_type type, int64_t n, const void *x, int64_t incx,
	       void *result)
{
	clear(type, result, true);
	if (n > 0)
		kernels->level1[type]->norm(n, first_of(type, x, n, incx), incx,
					    result);
}

int64_t same_iamax(enum same_type type, bool smallest, int64_t n,
		   const void *x, int64_t incx)
{
	if (n < 1 || incx < 1)
		return 0;
	return kernels->level1[type]->index(n, x, incx, smallest);
}

void same_axpy(enum same_type type, int64_t n, const void *alpha,
	       const void *x, int64_t incx, void *y, int64_t incy)
{
	if (n > 0 && !is_zero(type, alpha))
		kernels->level1[type]->axpy(n, alpha, first_of(type, x, n, incx),
					    incx, first_of(type, y, n, incy),
					    incy);
}

void same_axpby(enum same_type type, int64_t n, const void *alpha,
		const void *x, int64_t incx, const void *beta, void *y,
		int64_t incy)
{
	if (n > 0)
		kernels->level1[type]->axpby(n, alpha, first_of(type, x, n, incx),
					     incx, beta,
					     first_of(type, y, n, incy), incy,
					     is_zero(type, beta));
}

void same_scal(enum same_type type, int64_t n, const void *alpha, void *x,
	       int64_t incx)
{
	if (n > 0 && incx > 0)
		kernels->level1[type]->scale(n, alpha, x, incx, false);
}

void same_rot(enum same_type type, int64_t n, void *x, int64_t incx, void *y,
	      int64_t incy, const void *c, const void *s)
{
	if (n > 0)
		kernels->level1[type]->rot(n, first_of(type, x, n, incx), incx,
					   first_of(type, y, n, incy), incy, c, s);
}

void same_scal_real(enum same_type type, int64_t n, const void *alpha, void *x,
		    int64_t incx)
{
	union scalar by = scalar_of_real(type, alpha);

	same_scal(type, n, &by, x, incx);
}

void same_rotm(enum same_type type, int64_t n, void *x, int64_t incx, void *y,
	       int64_t incy, const void *param)
{
	union scalar flag = scalar_of_real(type, param);

	if (n > 0 && (type == SAME_S ? flag.s[0] != -2 : flag.d[0] != -2))
		kernels->level1[type]->rotm(n, first_of(type, x, n, incx), incx,
					    first_of(type, y, n, incy), incy,
					    param);
}

double same_dsdot(int64_t n, const float *x, int64_t incx, const float *y,
		  int64_t incy)
{
	if (n <= 0)
		return 0;
	x = (const float *)first_of(SAME_S, x, n, incx);
	y = (const float *)first_of(SAME_S, y, n, incy);
	return kernels->dsdot(n, x, incx, y, incy);
}

float same_sdsdot(int64_t n, float b, const float *x, int64_t incx,
		  const float *y, int64_t incy)
{
	float r = (float)((double)b + same_dsdot(n, x, incx, y, incy));

	return r == r ? r : __builtin_nanf("");
}
