/* SPDX-License-Identifier: MIT */
/* Three calls, of which the second one's bits depend on the kernel. */
#include <stdio.h>

#define N 1001

void cblas_dcopy(int n, const double *x, int incx, double *y, int incy);
double cblas_ddot(int n, const double *x, int incx, const double *y, int incy);
void cblas_dscal(int n, double alpha, double *x, int incx);

int main(void)
{
	static double x[N], y[N];
	double sum;

	for (int i = 0; i < N; i++)
		x[i] = 1.0 / (i + 3);
	cblas_dcopy(N, x, 1, y, 1);
	sum = cblas_ddot(N, x, 1, y, 1);
	cblas_dscal(N, sum, y, 1);
	printf("%a\n", y[0]);
	return 0;
}
