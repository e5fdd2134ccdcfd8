/* SPDX-License-Identifier: MIT */
/* Levels 1 and 2: what is to be said before the kernels. */
#include "kernels.h"
#include "product.h"
#include "scalar.h"
#include "view.h"

/* The first number of a vector, which lies last if the increment is negative. */
static char *first(enum same_type type, const void *x, int64_t n, int64_t inc)
{
	char *at = (char *)(uintptr_t)x;

	return inc < 0 ? at - (n - 1) * inc * kernels->gemm[type]->size : at;
}

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
		kernels->level1[type]->dot(n, first(type, x, n, incx), incx,
					   first(type, y, n, incy), incy, conj,
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
	if (n > 0 && incx)
		kernels->level1[type]->norm(n, first(type, x, n, incx), incx,
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
		kernels->level1[type]->axpy(n, alpha, first(type, x, n, incx),
					    incx, first(type, y, n, incy),
					    incy);
}

void same_axpby(enum same_type type, int64_t n, const void *alpha,
		const void *x, int64_t incx, const void *beta, void *y,
		int64_t incy)
{
	if (n > 0)
		kernels->level1[type]->axpby(n, alpha, first(type, x, n, incx),
					     incx, beta,
					     first(type, y, n, incy), incy,
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
		kernels->level1[type]->rot(n, first(type, x, n, incx), incx,
					   first(type, y, n, incy), incy, c, s);
}

/* What a row-major matrix looks like by columns. */
static char turned_option(char trans)
{
	switch (trans) {
	case 'N':
		return 'T';
	case 'T':
		return 'N';
	case 'C':
		return 'R';
	default:
		return 'C';
	}
}

/* y = alpha * a * x + beta * y as a product with one column; x and y: their
 * first numbers. */
static void product_with(enum same_type type, struct view a, int64_t m,
			 int64_t n, const void *alpha, const void *x,
			 int64_t incx, const void *beta, void *y, int64_t incy)
{
	struct product p = {
		.type = type,
		.m = m,
		.n = 1,
		.k = n,
		.a = a,
		.b = { .at = x, .rs = 1, .cs = incx },
		.finish = { .alpha = alpha,
			    .beta = beta,
			    .rs = incy,
			    .cs = m,
			    .overwrite = is_zero(type, beta) },
		.c = y,
	};

	product(&p);
}

void same_gemv(enum same_type type, char trans, int64_t m, int64_t n,
	       const void *alpha, const void *a, int64_t lda, const void *x,
	       int64_t incx, const void *beta, void *y, int64_t incy)
{
	bool turned = trans == 'T' || trans == 'C';
	int64_t rows = turned ? n : m, columns = turned ? m : n;
	char *to;

	if (view_rows(&type)) {
		same_gemv(type, turned_option(trans), n, m, alpha, a, lda, x,
			  incx, beta, y, incy);
		return;
	}
	if (m <= 0 || n <= 0)
		return;
	to = first(type, y, rows, incy);
	if (is_zero(type, alpha)) {
		if (!is_one(type, beta))
			kernels->level1[type]->scale(rows, beta, to, incy,
						     is_zero(type, beta));
		return;
	}
	if (trans == 'R') {
		product_with(type, view_of(a, lda, false, 'R'), m, n, alpha,
			     first(type, x, n, incx), incx, beta, to, incy);
		return;
	}
	kernels->level2[type]->gemv(turned, trans == 'C', m, n, alpha, a, lda,
				    first(type, x, columns, incx), incx, beta,
				    to, incy, is_zero(type, beta));
}

void same_ger(enum same_type type, bool conj, int64_t m, int64_t n,
	      const void *alpha, const void *x, int64_t incx, const void *y,
	      int64_t incy, void *a, int64_t lda)
{
	bool rows = view_rows(&type);

	if (m > 0 && n > 0 && !is_zero(type, alpha))
		kernels->level2[type]->ger[rows](
			m, n, alpha, first(type, x, m, incx), incx,
			first(type, y, n, incy), incy, conj, a, lda);
}

void same_symv(enum same_type type, bool hermitian, char uplo, int64_t n,
	       const void *alpha, const void *a, int64_t lda, const void *x,
	       int64_t incx, const void *beta, void *y, int64_t incy)
{
	bool rows = view_rows(&type);
	struct view s = view_of(a, lda, rows, 'N');
	char *to;

	if (n <= 0)
		return;
	to = first(type, y, n, incy);
	if (is_zero(type, alpha)) {
		if (!is_one(type, beta))
			kernels->level1[type]->scale(n, beta, to, incy,
						     is_zero(type, beta));
		return;
	}
	s.mirror = uplo;
	s.hermitian = hermitian;
	product_with(type, s, n, n, alpha, first(type, x, n, incx), incx, beta,
		     to, incy);
}
