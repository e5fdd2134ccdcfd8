/* SPDX-License-Identifier: MIT */
/* Times calls of BLAS from inside a program; "name value" lines: nanoseconds a
 * call, and for the large ones nanoseconds a KiB of operands. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "now.h"

#define ROUNDS 7
#define LARGE (4 << 20) /* elements: 32 MiB */

double ddot_(const int *n, const double *x, const int *incx, const double *y,
	     const int *incy);
void sgemm_(const char *ta, const char *tb, const int *m, const int *n,
	    const int *k, const float *alpha, const float *a, const int *lda,
	    const float *b, const int *ldb, const float *beta, float *c,
	    const int *ldc);
void cblas_dgemm(int order, int ta, int tb, int m, int n, int k, double alpha,
		 const double *a, int lda, const double *b, int ldb,
		 double beta, double *c, int ldc);

static volatile double sink;

static void do_ddot(long n)
{
	static const double x[4] = { 1, 2, 3, 4 };
	const int four = 4, one = 1;

	while (n--)
		sink += ddot_(&four, x, &one, x, &one);
}

static void do_sgemm(long n)
{
	float a[4] = { 1, 2, 3, 4 }, c[4];
	const float one = 1, zero = 0;
	const int two = 2;

	while (n--)
		sgemm_("N", "T", &two, &two, &two, &one, a, &two, a, &two,
		       &zero, c, &two);
}

static void do_cblas(long n)
{
	double a[4] = { 1, 2, 3, 4 }, c[4];

	while (n--)
		cblas_dgemm(101, 111, 112, 2, 2, 2, 1, a, 2, a, 2, 0, c, 2);
}

static double *large, *other;

static void do_large(long n)
{
	const int all = LARGE, one = 1;

	while (n--)
		sink += ddot_(&all, large, &one, other, &one);
}

static double best(void (*work)(long), long n)
{
	double least = 1e30;

	for (int i = 0; i < ROUNDS; i++) {
		double start = now(), took;

		work(n);
		took = (now() - start) / (double)n;
		least = took < least ? took : least;
	}
	return least;
}

static void *thread(void *arg)
{
	(void)arg;
	do_ddot(500000);
	return NULL;
}

static void do_threads(long n)
{
	pthread_t t[4];

	while (n--) {
		for (int i = 0; i < 4; i++)
			pthread_create(&t[i], NULL, thread, NULL);
		for (int i = 0; i < 4; i++)
			pthread_join(t[i], NULL);
	}
}

int main(int argc, char **argv)
{
	(void)argv;
	large = malloc(LARGE * sizeof(*large));
	other = malloc(LARGE * sizeof(*other));
	for (int i = 0; i < LARGE; i++)
		other[i] = large[i] = i;
	printf("large %g\n", best(do_large, 2) / (2 * LARGE / 128));
	if (argc > 1)
		return 0;
	printf("ddot %g\n", best(do_ddot, 1000000));
	printf("sgemm %g\n", best(do_sgemm, 300000));
	printf("cblas_dgemm %g\n", best(do_cblas, 300000));
	printf("ddot_4_threads %g\n", best(do_threads, 1) / 2e6);
	return 0;
}
