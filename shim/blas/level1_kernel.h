/* SPDX-License-Identifier: MIT */
/* The template of level 1's other reductions: as dot_kernel.h. */
static inline V NAME(magnitudes)(V x)
{
	return (V)((NAME(mask))x & ~(NAME(mask))SET1((R)-0.0));
}

static R NAME(absolute)(R x)
{
	return x < 0 ? -x : x == 0 ? 0 : x;
}

/* Zeros in lanes change nothing: none is -0. */
static void NAME(sum_lanes)(int64_t n, const R *x, R lane[LANES])
{
	V sum[REGISTERS];

	UNROLL
	for (int r = 0; r < REGISTERS; r++)
		sum[r] = NAME(load)(lane + r * VL);
	for (; n >= LANES; n -= LANES, x += LANES) {
		UNROLL
		for (int r = 0; r < REGISTERS; r++)
			sum[r] += NAME(magnitudes)(NAME(load)(x + r * VL));
	}
	UNROLL
	for (int r = 0; r < REGISTERS; r++, n -= VL) {
		int64_t now = n < 0 ? 0 : n < VL ? n : VL;

		sum[r] += NAME(magnitudes)(PARTLY(now, x + r * VL));
		NAME(store)(lane + r * VL, sum[r]);
	}
}

static void NAME(sum)(int64_t n, const void *vector, int64_t incx, void *result)
{
	const NAME(number) *x = vector;
	R lane[LANES] = { 0 }, room[CHUNK], sum;
	int64_t now;

	for (int64_t i = 0; i < n; i += now) {
		now = NAME(some)(n, i, incx == 1);
		NAME(sum_lanes)
		(now * PARTS, NAME(row_of)(x + i * incx, incx, now, room),
		 lane);
	}
	sum = NAME(tree)(lane);
	*(R *)result = sum == sum ? sum : QUIET;
}

static inline V NAME(larger)(V a, V b)
{
	NAME(mask) m = (NAME(mask))(b > a);

	return (V)(((NAME(mask))b & m) | ((NAME(mask))a & ~m));
}

/* The largest magnitude of reals; NaNs are passed over. */
static R NAME(largest)(int64_t n, const R *x, R most)
{
	V max[4];
	R lane[VL];

	UNROLL
	for (int r = 0; r < 4; r++)
		max[r] = SET1(most);
	for (; n >= 4 * VL; n -= 4 * VL, x += 4 * VL) {
		UNROLL
		for (int r = 0; r < 4; r++)
			max[r] = NAME(larger)(
				max[r],
				NAME(magnitudes)(NAME(load)(x + r * VL)));
	}
	for (; n >= VL; n -= VL, x += VL)
		max[0] = NAME(larger)(max[0], NAME(magnitudes)(NAME(load)(x)));
	max[0] = NAME(larger)(NAME(larger)(max[0], max[1]),
			      NAME(larger)(max[2], max[3]));
	NAME(store)(lane, max[0]);
	for (int l = 0; l < VL; l++)
		most = lane[l] > most ? lane[l] : most;
	for (int64_t i = 0; i < n; i++)
		most = NAME(absolute)(x[i]) > most ? NAME(absolute)(x[i])
						   : most;
	return most;
}

/* Squares are added in double precision: in LANES_D lanes. */
#define LANES_D 32
static void NAME(square_lanes)(int64_t n, const R *x, double factor,
			       double lane[LANES_D])
{
	for (; n >= LANES_D; n -= LANES_D, x += LANES_D)
		for (int l = 0; l < LANES_D; l++) {
			double s = (double)x[l] * factor;

			lane[l] = FMA1_D(s, s, lane[l]);
		}
	for (int l = 0; l < n; l++) {
		double s = (double)x[l] * factor;

		lane[l] = FMA1_D(s, s, lane[l]);
	}
}

static double NAME(norm_scaled)(int64_t n, const NAME(number) *x, int64_t incx,
				double factor, R *most)
{
	double lane[LANES_D] = { 0 };
	R room[CHUNK];
	int64_t now;

	for (int64_t i = 0; i < n; i += now) {
		const R *at;

		now = NAME(some)(n, i, false);
		at = NAME(row_of)(x + i * incx, incx, now, room);
		NAME(square_lanes)(now * PARTS, at, factor, lane);
		if (sizeof(R) == 8)
			*most = NAME(largest)(now * PARTS, at, *most);
	}
	for (int w = LANES_D / 2; w; w /= 2)
		for (int l = 0; l < w; l++)
			lane[l] += lane[l + w];
	return _mm_cvtsd_f64(
		_mm_sqrt_sd(_mm_setzero_pd(), _mm_set_sd(lane[0])));
}

static void NAME(norm)(int64_t n, const void *x, int64_t incx, void *result)
{
	R most = 0, unused = 0;
	double norm = NAME(norm_scaled)(n, x, incx, 1, &most);

	if (norm == norm && most > 0 && most <= 0x1.fffffffffffffp1023) {
		if (most > 0x1p480)
			norm = NAME(norm_scaled)(n, x, incx, 0x1p-600,
						 &unused) *
			       0x1p600;
		else if (most < 0x1p-480)
			norm = NAME(norm_scaled)(n, x, incx, 0x1p600, &unused) *
			       0x1p-600;
	}
	*(R *)result = norm == norm ? (R)norm : QUIET;
}

static R NAME(size_of)(const NAME(number) *x)
{
	const R *part = (const R *)x;

	return PARTS == 1 ? NAME(absolute)(part[0])
			  : NAME(absolute)(part[0]) +
				    NAME(absolute)(part[PARTS - 1]);
}

#ifndef COMPLEX
#define PART_OF 2048 /* numbers that are still in the cache when searched */
#define STEP 64
static bool NAME(has)(const R *x, R magnitude)
{
	I found = 0;

	for (int l = 0; l < STEP; l++)
		found |= NAME(absolute)(x[l]) == magnitude;
	return found;
}

/* best: the magnitude of the first */
static int64_t NAME(first_largest)(int64_t n, const R *x, R best)
{
	int64_t at = 0, now;

	for (int64_t i = 0; i < n; i += now) {
		R most;

		now = n - i < PART_OF ? n - i : PART_OF;
		most = NAME(largest)(now, x + i, best);
		at = most > best ? i : at;
		best = most;
	}
	while (at + STEP <= n && !NAME(has)(x + at, best))
		at += STEP;
	while (NAME(absolute)(x[at]) != best)
		at++;
	return at;
}
#undef PART_OF
#undef STEP
#endif

static int64_t NAME(index)(int64_t n, const void *vector, int64_t incx,
			   bool smallest)
{
	const NAME(number) *x = vector;
	R best = NAME(size_of)(x), size;
	int64_t at = 0;

	if (best != best)
		return 1;
#ifndef COMPLEX
	if (incx == 1 && !smallest)
		return NAME(first_largest)(n, x, best) + 1;
#endif
	for (int64_t i = 1; i < n; i++) {
		size = NAME(size_of)(x + i * incx);
		if (smallest ? size < best : size > best) {
			best = size;
			at = i;
		}
	}
	return at + 1;
}
#undef LANES_D
