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

/* Sums have one index here, and loops one level: what gcc 12 finds in arrays of
 * two dimensions, it leaves in memory. */

/* The tree over the registers of a sum, and over those of four, as lie beside
 * each other in dot_together(). By name: an array whose address is taken, if only
 * by a function that is inlined, lies in memory. */
#define HALVE(sum)                                                             \
	UNROLL                                                                 \
	for (int w = REGISTERS / 2; w; w /= 2) {                               \
		UNROLL                                                         \
		for (int r = 0; r < REGISTERS / 2; r++)                        \
			if (r < w)                                             \
				sum[r] += sum[r + w];                          \
	}
#define ADD_FOUR(sum, result)                                                  \
	UNROLL                                                                 \
	for (int r = 0; r < 8; r++)                                            \
		sum[r] += sum[r + 8];                                          \
	UNROLL                                                                 \
	for (int r = 0; r < 4; r++)                                            \
		sum[r] += sum[r + 4];                                          \
	ADD4(FOLDED(sum[0]), FOLDED(sum[1]), FOLDED(sum[2]), FOLDED(sum[3]),   \
	     result)

/* The product of two rows. */
static R NAME(dot_row)(int64_t n, const R *a, const R *x)
{
	V sum[REGISTERS];

	UNROLL
	for (int r = 0; r < REGISTERS; r++)
		sum[r] = SET1(0);
	for (; n >= LANES; n -= LANES, a += LANES, x += LANES) {
		UNROLL
		for (int r = 0; r < REGISTERS; r++)
			sum[r] = FMA(NAME(load)(a + r * VL),
				     NAME(load)(x + r * VL), sum[r]);
	}
	UNROLL
	for (int r = 0; r < REGISTERS; r++) {
		int64_t now = n - r * VL;

		now = now < 0 ? 0 : now < VL ? now : VL;
		sum[r] = PART(now, a + r * VL, x + r * VL, sum[r]);
	}
	HALVE(sum);
	return ADD1(FOLDED(sum[0]));
}

#if 256 / VBYTES == 4
#define TOGETHER 4 /* columns: elsewhere registers are few */

/* Four products at once, of rows of different lengths. */
struct NAME(four) {
	const R *a[4], *x[4];
	int64_t n[4];
};

/* alike: with the same x, in all of its length. Register i is the one of lanes
 * i / 4 of product i % 4. */
static inline __attribute__((always_inline)) void
NAME(dot_together)(const bool alike, const struct NAME(four) * f, R *result)
{
	int64_t i = 0, least = f->n[0], most = f->n[0];
	V sum[4 * REGISTERS];

	UNROLL
	for (int c = 1; c < 4 && !alike; c++) {
		least = f->n[c] < least ? f->n[c] : least;
		most = f->n[c] > most ? f->n[c] : most;
	}
	UNROLL
	for (int r = 0; r < 4 * REGISTERS; r++)
		sum[r] = SET1(0);
	for (; i + LANES <= least; i += LANES) {
		UNROLL
		for (int r = 0; r < 4 * REGISTERS; r++) {
			int64_t at = i + r / 4 * VL;

			sum[r] = FMA(NAME(load)(f->a[r % 4] + at),
				     NAME(load)(f->x[alike ? 0 : r % 4] + at),
				     sum[r]);
		}
	}
	for (; i < most; i += LANES) {
		UNROLL
		for (int r = 0; r < 4 * REGISTERS; r++) {
			int64_t at = i + r / 4 * VL;
			int64_t now = f->n[alike ? 0 : r % 4] - at;

			now = now < 0 ? 0 : now < VL ? now : VL;
			sum[r] = PART(now, f->a[r % 4] + at,
				      f->x[alike ? 0 : r % 4] + at, sum[r]);
		}
	}
	ADD_FOUR(sum, result);
}

static void NAME(dot_four)(const struct NAME(four) * f, R *result)
{
	NAME(dot_together)(false, f, result);
}
#else
#define TOGETHER 1
#endif

static void NAME(dot_matrix)(int64_t n, int64_t columns, const R *a,
			     int64_t lda, const R *x, R *result)
{
	int64_t c = 0;

#if TOGETHER == 4
	for (; c + 4 <= columns; c += 4) {
		struct NAME(four) f = { .x = { x }, .n = { n } };

		UNROLL
		for (int i = 0; i < 4; i++)
			f.a[i] = a + (c + i) * lda;
		NAME(dot_together)(true, &f, result + c);
	}
#endif
	for (; c < columns; c++)
		result[c] = NAME(dot_row)(n, a + c * lda, x);
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
	if (incx == 1 && incy == 1)
		return NAME(dot_row)(n, x, y);
#endif
	return NAME(product_slowly)(n, x, incx, y, incy, conj);
}

static void NAME(dot)(int64_t n, const void *x, int64_t incx, const void *y,
		      int64_t incy, bool conj, void *result)
{
	*(NAME(number) *)result =
		NAME(quieted)(NAME(product_of)(n, x, incx, y, incy, conj));
}
