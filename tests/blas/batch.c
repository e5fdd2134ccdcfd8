/* SPDX-License-Identifier: MIT */
/*
 * Many products by one call, under --blas=same: equal, bit by bit, to as many
 * calls of gemm. No library of Debian's has all of these names: fake.c is what
 * they would reach, and does nothing.
 */
#include <complex.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define N 3
enum { ROWS = 101, COLUMNS, PLAIN = 111, TURNED, CONJUGATED };

void cblas_dgemm(int order, int ta, int tb, int m, int n, int k, double alpha,
		 const double *a, int lda, const double *b, int ldb,
		 double beta, double *c, int ldc);
void cblas_zgemm(int order, int ta, int tb, int m, int n, int k,
		 const void *alpha, const void *a, int lda, const void *b,
		 int ldb, const void *beta, void *c, int ldc);
void cblas_dgemm_batch(int order, const int *ta, const int *tb, const int *m,
		       const int *n, const int *k, const double *alpha,
		       const double *const *a, const int *lda,
		       const double *const *b, const int *ldb,
		       const double *beta, double *const *c, const int *ldc,
		       int groups, const int *sizes);
void zgemm_batch_64_(const char *ta, const char *tb, const int64_t *m,
		     const int64_t *n, const int64_t *k, const void *alpha,
		     const void *const *a, const int64_t *lda,
		     const void *const *b, const int64_t *ldb, const void *beta,
		     void *const *c, const int64_t *ldc, const int64_t *groups,
		     const int64_t *sizes);
void cblas_dgemm_batch_strided(int order, int ta, int tb, int m, int n, int k,
			       double alpha, const double *a, int lda,
			       int stridea, const double *b, int ldb,
			       int strideb, double beta, double *c, int ldc,
			       int stridec, int batch);

static double a[N][64], b[N][64], c[N][64], expected[N][64];

static void fill(void)
{
	for (int i = 0; i < N; i++)
		for (int k = 0; k < 64; k++) {
			a[i][k] = 1.0 / (i + k + 3);
			b[i][k] = 1.0 / (2 * k + 7) - i;
			c[i][k] = expected[i][k] = k;
		}
}

static int equal(const char *what)
{
	if (!memcmp(c, expected, sizeof(c)))
		return 1;
	printf("%s differs\n", what);
	return 0;
}

/* Two groups, one of two products. */
static int by_pointers(void)
{
	const int ta[] = { PLAIN, TURNED }, tb[] = { TURNED, PLAIN };
	const int m[] = { 3, 5 }, n[] = { 4, 2 }, k[] = { 5, 6 };
	const int lda[] = { 5, 5 }, ldb[] = { 5, 2 }, ldc[] = { 4, 2 };
	const double alpha[] = { 1.5, -1 }, beta[] = { 0.5, 1 };
	const double *const as[] = { a[0], a[1], a[2] };
	const double *const bs[] = { b[0], b[1], b[2] };
	double *const cs[] = { c[0], c[1], c[2] };
	const int sizes[] = { 2, 1 };

	fill();
	for (int i = 0, g = 0; i < N; i++, g = i / 2)
		cblas_dgemm(ROWS, ta[g], tb[g], m[g], n[g], k[g], alpha[g],
			    a[i], lda[g], b[i], ldb[g], beta[g], expected[i],
			    ldc[g]);
	cblas_dgemm_batch(ROWS, ta, tb, m, n, k, alpha, as, lda, bs, ldb, beta,
			  cs, ldc, 2, sizes);
	return equal("cblas_dgemm_batch");
}

static int by_pointers_wide(void)
{
	const int64_t m[] = { 3 }, n[] = { 4 }, k[] = { 2 }, sizes[] = { N },
		      lda[] = { 3 }, ldb[] = { 4 }, ldc[] = { 3 };
	const double complex alpha = 1 + 2 * I, beta = 0.5;
	const void *const as[] = { a[0], a[1], a[2] };
	const void *const bs[] = { b[0], b[1], b[2] };
	void *const cs[] = { c[0], c[1], c[2] };
	const int64_t groups = 1;

	fill();
	for (int i = 0; i < N; i++)
		cblas_zgemm(COLUMNS, PLAIN, CONJUGATED, 3, 4, 2, &alpha, a[i],
			    3, b[i], 4, &beta, expected[i], 3);
	zgemm_batch_64_("n", "C", m, n, k, &alpha, as, lda, bs, ldb, &beta, cs,
			ldc, &groups, sizes);
	return equal("zgemm_batch_64_");
}

static int by_strides(void)
{
	fill();
	for (int i = 0; i < N; i++)
		cblas_dgemm(COLUMNS, PLAIN, TURNED, 4, 3, 5, 2, a[i], 4, b[0],
			    3, 0, expected[i], 4);
	cblas_dgemm_batch_strided(COLUMNS, PLAIN, TURNED, 4, 3, 5, 2, a[0], 4,
				  64, b[0], 3, 0, 0, c[0], 4, 64, N);
	return equal("cblas_dgemm_batch_strided");
}

int main(void)
{
	int right = by_pointers() + by_pointers_wide() + by_strides();

	printf("%d of 3\n", right);
	return right != 3;
}
