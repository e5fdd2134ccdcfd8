/* SPDX-License-Identifier: MIT */
/* A library with one routine of BLAS; its sums say which library it is. */
double ddot_(const int *n, const double *x, const int *incx, const double *y,
	     const int *incy);

double ddot_(const int *n, const double *x, const int *incx, const double *y,
	     const int *incy)
{
	(void)n;
	(void)x;
	(void)incx;
	(void)y;
	(void)incy;
	return TWIN;
}
