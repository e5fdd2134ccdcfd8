/* SPDX-License-Identifier: MIT */
/* The template of level 1 where vectors are written, one element at a time. */
static void NAME(scale)(int64_t n, const void *scalar, void *vector,
			int64_t incx, bool zero)
{
	const NAME(number) alpha = *(const NAME(number) *)scalar;
	NAME(number) *x = vector;

	if (incx == 1 && !zero)
		for (int64_t i = 0; i < n; i++)
			x[i] = NAME(quieted)(NAME(times)(alpha, x[i]));
	else
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

static void NAME(axpy)(int64_t n, const void *scalar, const void *from,
		       int64_t incx, void *to, int64_t incy)
{
	const NAME(number) alpha = *(const NAME(number) *)scalar;
	const NAME(number) *x = from;
	NAME(number) *y = to;

	if (incx == 1 && incy == 1)
		for (int64_t i = 0; i < n; i++)
			y[i] = NAME(quieted)(NAME(plus)(alpha, x[i], y[i]));
	else
		for (int64_t i = 0; i < n; i++, x += incx, y += incy)
			*y = NAME(quieted)(NAME(plus)(alpha, *x, *y));
}

/* y = alpha * x + beta * y */
static void NAME(axpby)(int64_t n, const void *a, const void *from,
			int64_t incx, const void *b, void *to, int64_t incy,
			bool overwrite)
{
	const NAME(number) alpha = *(const NAME(number) *)a;
	const NAME(number) beta = *(const NAME(number) *)b;
	const NAME(number) *x = from;
	NAME(number) *y = to;

	for (int64_t i = 0; i < n; i++, x += incx, y += incy) {
		NAME(number) r = NAME(times)(alpha, *x);

		if (!overwrite)
			r = NAME(plus)(beta, *y, r);
		*y = NAME(quieted)(r);
	}
}

static void NAME(rot)(int64_t n, void *from, int64_t incx, void *to,
		      int64_t incy, const void *cosine, const void *sine)
{
	const R c = *(const R *)cosine, s = *(const R *)sine;

	for (int part = 0; part < PARTS; part++) {
		R *x = (R *)from + part, *y = (R *)to + part;

		for (int64_t i = 0; i < n; i++) {
			R u = x[i * incx * PARTS], v = y[i * incy * PARTS];
			R r = FMA1(s, v, c * u), q = FMA1(-s, u, c * v);

			x[i * incx * PARTS] = r == r ? r : QUIET;
			y[i * incy * PARTS] = q == q ? q : QUIET;
		}
	}
}

#ifndef COMPLEX
/* The matrix is where its flag says so, and else of ones. */
static void NAME(rotm)(int64_t n, void *from, int64_t incx, void *to,
		       int64_t incy, const void *param)
{
	const R *h = param;
	R *x = from, *y = to;

	for (int64_t i = 0; i < n; i++, x += incx, y += incy) {
		R u = *x, v = *y, r, q;

		if (h[0] < 0) {
			r = FMA1(h[3], v, h[1] * u);
			q = FMA1(h[4], v, h[2] * u);
		} else if (h[0] > 0) {
			r = FMA1(h[1], u, v);
			q = FMA1(h[4], v, -u);
		} else {
			r = FMA1(h[3], v, u);
			q = FMA1(h[2], u, v);
		}
		*x = NAME(quieted)(r);
		*y = NAME(quieted)(q);
	}
}
#endif

static const struct level1_kernel NAME(level1) = {
	.scale = NAME(scale),
	.scaled = NAME(scaled),
	.dot = NAME(dot),
	.sum = NAME(sum),
	.norm = NAME(norm),
	.index = NAME(index),
	.axpy = NAME(axpy),
	.axpby = NAME(axpby),
	.rot = NAME(rot),
#ifndef COMPLEX
	.rotm = NAME(rotm),
#endif
};
