/* SPDX-License-Identifier: MIT */
/*
 * The template of level 2; what is defined: level1_kernel.h. A matrix is told
 * by where its columns lie: dense, band and packed ones differ in that alone.
 */
#define ROWS 1024 /* of sums that stay in the first cache */

static void NAME(end)(int64_t n, const NAME(number) *sum, NAME(number) alpha,
		      NAME(number) beta, bool overwrite, NAME(number) *y,
		      int64_t incy)
{
	for (int64_t i = 0; i < n; i++, y += incy) {
		NAME(number) r = NAME(times)(alpha, sum[i]);

		if (!overwrite)
			r = NAME(plus)(beta, *y, r);
		*y = NAME(quieted)(r);
	}
}

/* sum += four columns, one after the other */
static void NAME(four)(int64_t n, const NAME(number) *a, int64_t lda,
		       const NAME(number) x[4], NAME(number) *sum)
{
	const NAME(number) *b = a + lda, *c = b + lda, *d = c + lda;

	for (int64_t i = 0; i < n; i++) {
		NAME(number) s = NAME(chain)(a[i], x[0], sum[i]);

		s = NAME(chain)(b[i], x[1], s);
		s = NAME(chain)(c[i], x[2], s);
		sum[i] = NAME(chain)(d[i], x[3], s);
	}
}

static void NAME(one)(int64_t n, const NAME(number) *a, NAME(number) x,
		      NAME(number) *sum)
{
	for (int64_t i = 0; i < n; i++)
		sum[i] = NAME(chain)(a[i], x, sum[i]);
}

/* Each element a chain over columns. */
static void NAME(gemv_rows)(int64_t m, int64_t n, const NAME(number) *a,
			    int64_t lda, const NAME(number) *x, int64_t incx,
			    NAME(number) *sum)
{
	int64_t j = 0;

	for (int64_t i = 0; i < m; i++)
		sum[i] = NAME(of)(0);
	for (; j + 4 <= n; j += 4) {
		const NAME(number) four[4] = { x[j * incx], x[(j + 1) * incx],
					       x[(j + 2) * incx],
					       x[(j + 3) * incx] };

		NAME(four)(m, a + j * lda, lda, four, sum);
	}
	for (; j < n; j++)
		NAME(one)(m, a + j * lda, x[j * incx], sum);
}

/* Each element the product of a column and x. */
static void NAME(gemv_columns)(int64_t m, int64_t n, const NAME(number) *a,
			       int64_t lda, const NAME(number) *x,
			       int64_t incx, bool conj, NAME(number) *sum)
{
#ifndef COMPLEX
	if (incx == 1) {
		NAME(dot_matrix)(m, n, a, lda, x, sum);
		return;
	}
#endif
	for (int64_t j = 0; j < n; j++)
		sum[j] = NAME(product_of)(m, a + j * lda, 1, x, incx, conj);
}

static void NAME(gemv)(bool turned, bool conj, int64_t m, int64_t n,
		       const void *alpha, const void *matrix, int64_t lda,
		       const void *x, int64_t incx, const void *beta, void *to,
		       int64_t incy, bool overwrite)
{
	const NAME(number) *a = matrix;
	NAME(number) sum[ROWS], *y = to;

	for (int64_t i = 0; i < (turned ? n : m); i += ROWS) {
		int64_t now = (turned ? n : m) - i;

		now = now < ROWS ? now : ROWS;
		if (!turned)
			NAME(gemv_rows)(now, n, a + i, lda, x, incx, sum);
		else
			NAME(gemv_columns)(m, now, a + i * lda, lda, x, incx,
					   conj, sum);
		NAME(end)(now, sum, *(const NAME(number) *)alpha,
			  *(const NAME(number) *)beta, overwrite, y + i * incy,
			  incy);
	}
}

/* a += x * (alpha * y) */
static void NAME(ger)(int64_t m, int64_t n, const void *alpha, const void *x,
		      int64_t incx, const void *from, int64_t incy, bool conj,
		      void *matrix, int64_t lda)
{
	const NAME(number) *y = from, *u = x;
	NAME(number) *a = matrix;

	for (int64_t j = 0; j < n; j++, a += lda) {
		NAME(number) by = NAME(times)(
			*(const NAME(number) *)alpha,
			NAME(conjugate)(y[j * incy], conj));

		if (incx == 1)
			for (int64_t i = 0; i < m; i++)
				a[i] = NAME(quieted)(
					NAME(chain)(u[i], by, a[i]));
		else
			for (int64_t i = 0; i < m; i++)
				a[i] = NAME(quieted)(NAME(chain)(
					u[i * incx], by, a[i]));
	}
}

/* The same by rows. */
static void NAME(ger_rows)(int64_t m, int64_t n, const void *alpha,
			   const void *x, int64_t incx, const void *from,
			   int64_t incy, bool conj, void *matrix, int64_t lda)
{
	const NAME(number) *y = from, *u = x;
	NAME(number) by[ROWS], *a = matrix;

	for (int64_t j = 0; j < n; j += ROWS) {
		int64_t now = n - j < ROWS ? n - j : ROWS;

		for (int64_t i = 0; i < now; i++)
			by[i] = NAME(times)(
				*(const NAME(number) *)alpha,
				NAME(conjugate)(y[(j + i) * incy], conj));
		for (int64_t i = 0; i < m; i++) {
			NAME(number) *row = a + i * lda + j, one = u[i * incx];

			for (int64_t k = 0; k < now; k++)
				row[k] = NAME(quieted)(
					NAME(chain)(one, by[k], row[k]));
		}
	}
}
#undef ROWS
#undef LANES
#undef REGISTERS
#undef CHUNK

static const struct level2_kernel NAME(level2) = {
	.gemv = NAME(gemv),
	.ger = { NAME(ger), NAME(ger_rows) },
};
