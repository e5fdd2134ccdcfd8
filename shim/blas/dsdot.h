/* SPDX-License-Identifier: MIT */
/* The scalar product of floats in double precision: what is added is exact. */
static double dsdot(int64_t n, const float *x, int64_t incx, const float *y,
		    int64_t incy)
{
	double lane[32] = { 0 };
	int64_t i = 0;

	for (; incx == 1 && incy == 1 && i + 32 <= n; i += 32)
		for (int l = 0; l < 32; l++)
			lane[l] += (double)x[i + l] * (double)y[i + l];
	for (; i < n; i++)
		lane[i % 32] += (double)x[i * incx] * (double)y[i * incy];
	for (int w = 16; w; w /= 2)
		for (int l = 0; l < w; l++)
			lane[l] += lane[l + w];
	return lane[0] == lane[0] ? lane[0] : __builtin_nan("");
}
