/* SPDX-License-Identifier: MIT */
/* The template of level 1; what is defined: gemm_kernel.h and complex.h. */

static void NAME(scale)(int64_t n, const void *scalar, void *vector,
			int64_t incx, bool zero)
{
	const NAME(number) alpha = *(const NAME(number) *)scalar;
	NAME(number) *x = vector;

	for (int64_t i = 0; i < n; i++, x += incx)
		*x = zero ? NAME(of)(0) :
			    NAME(quieted)(NAME(times)(alpha, *x));
}

static void NAME(scaled)(int64_t n, const void *scalar, const void *from,
			 int64_t incx, void *to, int64_t incy)
{
	const NAME(number) alpha = *(const NAME(number) *)scalar;
	const NAME(number) *x = from;
	NAME(number) *y = to;

	if (incx == 1 && incy == 1)
		for (int64_t i = 0; i < n; i++)
			y[i] = NAME(quieted)(NAME(times)(alpha, x[i]));
	else
		for (int64_t i = 0; i < n; i++, x += incx, y += incy)
			*y = NAME(quieted)(NAME(times)(alpha, *x));
}

static const struct level1_kernel NAME(level1) = {
	.scale = NAME(scale),
	.scaled = NAME(scaled),
};
