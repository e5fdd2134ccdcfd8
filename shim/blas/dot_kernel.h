/* SPDX-License-Identifier: MIT */
/*
 * The template of reductions, and of products; what is defined: gemm_kernel.h
 * and complex.h. Reductions have LANES partial results, whatever the vectors:
 * number i goes to lane i % LANES, and lanes are added in a tree.
 */
#define LANES ((int)(256 / sizeof(R))) /* reals */
#define REGISTERS (LANES / VL)
#define CHUNK (4 * LANES) /* reals that are gathered at a time */

/* n numbers in a row: where they lie, or gathered. */
static const R *NAME(row_of)(const NAME(number) *x, int64_t incx, int64_t n,
			     R room[CHUNK])
{
	NAME(number) *to = (NAME(number) *)(void *)room;

	if (incx == 1)
		return (const R *)x;
	for (int64_t i = 0; i < n; i++)
		to[i] = x[i * incx];
	return room;
}

/* Numbers from i on that can be done at once. */
static int64_t NAME(some)(int64_t n, int64_t i, bool contiguous)
{
	return contiguous || n - i < CHUNK / PARTS ? n - i : CHUNK / PARTS;
}

static R NAME(tree)(R lane[LANES])
{
	for (int w = LANES / 2; w; w /= 2)
		for (int l = 0; l < w; l++)
			lane[l] += lane[l + w];
	return lane[0];
}

#ifdef COMPLEX
/* Lanes of numbers: LANES / 2 real parts, then as many imaginary ones. */
static void NAME(dot_lanes)(int64_t n, const R *x, const R *y, bool conj,
			    R lane[LANES])
{
	const int half = LANES / 2;

	for (int64_t i = 0; i < n; i += half, x += LANES, y += LANES) {
		int now = n - i < half ? (int)(n - i) : half;

		for (int l = 0; l < now; l++) {
			R re = x[2 * l];
			R im = conj ? -x[2 * l + 1] : x[2 * l + 1];

			lane[l] = FMA1(re, y[2 * l], lane[l]);
			lane[l] = FMA1(-im, y[2 * l + 1], lane[l]);
			lane[half + l] = FMA1(re, y[2 * l + 1], lane[half + l]);
			lane[half + l] = FMA1(im, y[2 * l], lane[half + l]);
		}
	}
}

static NAME(number) NAME(dot_end)(R lane[LANES])
{
	for (int w = LANES / 4; w; w /= 2)
		for (int l = 0; l < w; l++) {
			lane[l] += lane[l + w];
			lane[LANES / 2 + l] += lane[LANES / 2 + l + w];
		}
	return (NAME(number)){ lane[0], lane[LANES / 2] };
}
#else
static void NAME(dot_lanes)(int64_t n, const R *x, const R *y, bool conj,
			    R lane[LANES])
{
	V sum[REGISTERS];

	(void)conj;
	UNROLL
	for (int r = 0; r < REGISTERS; r++)
		sum[r] = NAME(load)(lane + r * VL);
	for (; n >= LANES; n -= LANES, x += LANES, y += LANES) {
		UNROLL
		for (int r = 0; r < REGISTERS; r++)
			sum[r] = FMA(NAME(load)(x + r * VL),
				     NAME(load)(y + r * VL), sum[r]);
	}
	UNROLL
	for (int r = 0; r < REGISTERS; r++)
		NAME(store)(lane + r * VL, sum[r]);
	for (int l = 0; l < n; l++)
		lane[l] = FMA1(x[l], y[l], lane[l]);
}

static R NAME(dot_end)(R lane[LANES])
{
	return NAME(tree)(lane);
}

#define TOGETHER (REGISTERS <= 4 ? 4 : 1) /* columns: registers are few */

/* Products of some columns of a with x, all contiguous. */
static inline __attribute__((always_inline)) void
NAME(dot_columns)(const int columns, int64_t n, const R *a, int64_t lda,
		  const R *x, R *result)
{
	const R *column[4];
	V sum[4][REGISTERS];

	UNROLL
	for (int c = 0; c < columns; c++) {
		column[c] = a + c * lda;
		UNROLL
		for (int r = 0; r < REGISTERS; r++)
			sum[c][r] = SET1(0);
	}
	for (; n >= LANES; n -= LANES, x += LANES) {
		UNROLL
		for (int r = 0; r < REGISTERS; r++) {
			V y = NAME(load)(x + r * VL);

			UNROLL
			for (int c = 0; c < columns; c++)
				sum[c][r] = FMA(NAME(load)(column[c] + r * VL),
						y, sum[c][r]);
		}
		UNROLL
		for (int c = 0; c < columns; c++)
			column[c] += LANES;
	}
	/* What is left of a row is in the first lanes. Here, and not in
	 * functions: an array whose address is taken is not in registers. */
	if (n) {
		UNROLL
		for (int r = 0; r < REGISTERS; r++) {
			int64_t now = n - r * VL;

			now = now < 0 ? 0 : now < VL ? now : VL;
			UNROLL
			for (int c = 0; c < columns; c++)
				sum[c][r] = PART(now, column[c] + r * VL,
						 x + r * VL, sum[c][r]);
		}
	}
	UNROLL
	for (int w = REGISTERS / 2; w; w /= 2) {
		UNROLL
		for (int r = 0; r < REGISTERS / 2; r++) {
			UNROLL
			for (int c = 0; c < columns && r < w; c++)
				sum[c][r] += sum[c][r + w];
		}
	}
	if (columns == 4)
		ADD4(FOLDED(sum[0][0]), FOLDED(sum[1][0]), FOLDED(sum[2][0]),
		     FOLDED(sum[3][0]), result);
	else
		*result = ADD1(FOLDED(sum[0][0]));
}

/* Four products at once, of rows of different lengths. */
struct NAME(four) {
	const R *a[4], *x[4];
	int64_t n[4];
};

static void NAME(dot_four)(const struct NAME(four) * f, R *result)
{
	int64_t i = 0, least = f->n[0], most = f->n[0];
	V sum[4][REGISTERS];

	UNROLL
	for (int c = 0; c < 4; c++) {
		least = f->n[c] < least ? f->n[c] : least;
		most = f->n[c] > most ? f->n[c] : most;
		UNROLL
		for (int r = 0; r < REGISTERS; r++)
			sum[c][r] = SET1(0);
	}
	for (; i + LANES <= least; i += LANES) {
		UNROLL
		for (int c = 0; c < 4; c++) {
			UNROLL
			for (int r = 0; r < REGISTERS; r++)
				sum[c][r] =
					FMA(NAME(load)(f->a[c] + i + r * VL),
					    NAME(load)(f->x[c] + i + r * VL),
					    sum[c][r]);
		}
	}
	for (; i < most; i += LANES) {
		UNROLL
		for (int c = 0; c < 4; c++) {
			UNROLL
			for (int r = 0; r < REGISTERS; r++) {
				int64_t now = f->n[c] - i - r * VL;

				now = now < 0 ? 0 : now < VL ? now : VL;
				sum[c][r] =
					PART(now, f->a[c] + i + r * VL,
					     f->x[c] + i + r * VL, sum[c][r]);
			}
		}
	}
	UNROLL
	for (int w = REGISTERS / 2; w; w /= 2) {
		UNROLL
		for (int r = 0; r < REGISTERS / 2; r++) {
			UNROLL
			for (int c = 0; c < 4 && r < w; c++)
				sum[c][r] += sum[c][r + w];
		}
	}
	ADD4(FOLDED(sum[0][0]), FOLDED(sum[1][0]), FOLDED(sum[2][0]),
	     FOLDED(sum[3][0]), result);
}

static void NAME(dot_matrix)(int64_t n, int64_t columns, const R *a,
			     int64_t lda, const R *x, R *result)
{
	int64_t c = 0;

	for (; c + TOGETHER <= columns; c += TOGETHER)
		NAME(dot_columns)(TOGETHER, n, a + c * lda, lda, x, result + c);
	for (; c < columns; c++)
		NAME(dot_columns)(1, n, a + c * lda, lda, x, result + c);
}
#endif

static __attribute__((noinline)) NAME(number)
	NAME(product_slowly)(int64_t n, const NAME(number) *x, int64_t incx,
			     const NAME(number) *y, int64_t incy, bool conj)
{
	R lane[LANES] = { 0 }, room_x[CHUNK], room_y[CHUNK];
	int64_t now;

	for (int64_t i = 0; i < n; i += now) {
		now = NAME(some)(n, i, incx == 1 && incy == 1);
		NAME(dot_lanes)
		(now, NAME(row_of)(x + i * incx, incx, now, room_x),
		 NAME(row_of)(y + i * incy, incy, now, room_y), conj, lane);
	}
	return NAME(dot_end)(lane);
}

static NAME(number)
	NAME(product_of)(int64_t n, const NAME(number) *x, int64_t incx,
			 const NAME(number) *y, int64_t incy, bool conj)
{
#ifndef COMPLEX
	R result;

	if (incx == 1 && incy == 1) {
		NAME(dot_columns)(1, n, x, 0, y, &result);
		return result;
	}
#endif
	return NAME(product_slowly)(n, x, incx, y, incy, conj);
}

static void NAME(dot)(int64_t n, const void *x, int64_t incx, const void *y,
		      int64_t incy, bool conj, void *result)
{
	*(NAME(number) *)result =
		NAME(quieted)(NAME(product_of)(n, x, incx, y, incy, conj));
}
