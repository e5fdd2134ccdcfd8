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
			*x = zero ? NAME(of)(0)
				  : NAME(quieted)(NAME(times)(alpha, *x));
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

/* Reals in a row, in vectors: as many as go. */
static int64_t NAME(rot_vectors)(int64_t n, R *x, R *y, R c, R s)
{
	int64_t i = 0;

	for (; i + VL <= n; i += VL) {
		V u = NAME(load)(x + i), v = NAME(load)(y + i);
		V r = FMA(SET1(s), v, SET1(c) * u);
		V q = FMA(SET1(-s), u, SET1(c) * v);

		if (UNORDERED(r, q)) {
			r = CANON(r);
			q = CANON(q);
		}
		NAME(store)(x + i, r);
		NAME(store)(y + i, q);
	}
	return i;
}

static void NAME(rot)(int64_t n, void *from, int64_t incx, void *to,
		      int64_t incy, const void *cosine, const void *sine)
{
	const R c = *(const R *)cosine, s = *(const R *)sine;
	int64_t done = 0;

	if (incx == 1 && incy == 1)
		done = NAME(rot_vectors)(n * PARTS, from, to, c, s);
	for (int64_t i = done; i < n * PARTS; i++) {
		R *x = (R *)from + i / PARTS * incx * PARTS + i % PARTS;
		R *y = (R *)to + i / PARTS * incy * PARTS + i % PARTS;
		R r = FMA1(s, *y, c * *x), q = FMA1(-s, *x, c * *y);

		*x = r == r ? r : QUIET;
		*y = q == q ? q : QUIET;
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
