/* SPDX-License-Identifier: MIT */
/*
 * The template of packing: panels in the order in which a tile reads them.
 * What is defined: gemm_kernel.h. Elements are moved, never computed with:
 * multiplied by one, a subnormal number might be flushed.
 */
typedef R NAME(square) __attribute__((vector_size(NR * sizeof(R))));
typedef R NAME(square_loose) __attribute__((vector_size(NR * sizeof(R)),
					    aligned(sizeof(R)), may_alias));

/* Rows r and r + s exchange the lanes in which their numbers differ by s. */
#if NR == 8
#define LANES(low, s)                                                          \
	LANE(0, low, s), LANE(1, low, s), LANE(2, low, s), LANE(3, low, s),    \
		LANE(4, low, s), LANE(5, low, s), LANE(6, low, s),             \
		LANE(7, low, s)
#else
#define LANES(low, s)                                                          \
	LANE(0, low, s), LANE(1, low, s), LANE(2, low, s), LANE(3, low, s)
#endif
#define LANE(i, low, s)                                                        \
	((((i) & (s)) != 0) == (low) ? ((i) ^ (s)) + ((low) ? NR : 0) :       \
				       (i) + ((low) ? 0 : NR))
#define EXCHANGE(s)                                                            \
	UNROLL                                                                 \
	for (int r = 0; r < NR; r++)                                           \
		if (!(r & (s))) {                                              \
			NAME(square) a = row[r], b = row[r + (s)];             \
                                                                               \
			row[r] = __builtin_shufflevector(a, b, LANES(1, s));   \
			row[r + (s)] =                                         \
				__builtin_shufflevector(a, b, LANES(0, s));    \
		}

/* NR rows of NR elements become columns; `back`: the last one first, from the
 * end of the rows. */
static inline __attribute__((always_inline)) void
NAME(transpose)(const R *from, int64_t rs, bool negate, bool back, int height,
		R *to)
{
	NAME(square) row[NR];

	if (back) {
		from -= NR - 1;
		to += (NR - 1) * height;
		height = -height;
	}
	UNROLL
	for (int r = 0; r < NR; r++)
		row[r] = (NAME(square))*(
			const NAME(square_loose) *)(from + r * rs);
	EXCHANGE(1)
	EXCHANGE(2)
#if NR == 8
	EXCHANGE(4)
#endif
	UNROLL
	for (int r = 0; r < NR; r++)
		*(NAME(square_loose) *)(to + r * height) =
			(NAME(square_loose))(negate ? -row[r] : row[r]);
}
#undef EXCHANGE
#undef LANES
#undef LANE

/* Any strides, any number of rows. */
static void NAME(pack_slow)(const R *from, int64_t rs, int64_t cs, bool negate,
			    int rows, int height, int64_t k, R *to)
{
	for (; k; k--, from += cs, to += height)
		for (int i = 0; i < rows; i++)
			to[i] = negate ? -from[i * rs] : from[i * rs];
}

/* Along rows, which are contiguous; cs is 1 or -1. */
static inline void NAME(pack_rows)(const R *from, int64_t rs, int64_t cs,
				   bool negate, int rows, int height, int64_t k,
				   R *to)
{
	int64_t p;

	for (p = 0; p + NR <= k; p += NR) {
		int i;

		for (i = 0; i + NR <= rows; i += NR)
			NAME(transpose)(from + i * rs + p * cs, rs, negate,
					cs < 0, height, to + p * height + i);
		if (i < rows)
			NAME(pack_slow)(from + i * rs + p * cs, rs, cs, negate,
					rows - i, height, NR,
					to + p * height + i);
	}
	NAME(pack_slow)(from + p * cs, rs, cs, negate, rows, height, k - p,
			to + p * height);
}

/* Down columns, which are contiguous. */
static inline __attribute__((always_inline)) void
NAME(pack_columns)(const R *from, int64_t cs, const bool negate,
		   const int height, int64_t k, R *to)
{
	for (; k; k--, from += cs, to += height)
		for (int i = 0; i < height; i++)
			to[i] = negate ? -from[i] : from[i];
}

/* The heights that are most common are known when compiling. */
static inline __attribute__((always_inline)) void
NAME(pack_down)(const R *from, int64_t cs, const bool negate, int height,
		int64_t k, R *to)
{
	if (height == MV * VL)
		NAME(pack_columns)(from, cs, negate, MV * VL, k, to);
	else if (height == NR)
		NAME(pack_columns)(from, cs, negate, NR, k, to);
	else
		NAME(pack_columns)(from, cs, negate, height, k, to);
}

static void NAME(pack_plain)(const R *from, int64_t rs, int64_t cs, bool negate,
			     int rows, int height, int64_t k, R *to)
{
	for (int i = rows; i < height; i++) /* zeros below: never used */
		for (int64_t p = 0; p < k; p++)
			to[p * height + i] = 0;
	if (rs == 1 && rows == height && !negate)
		NAME(pack_down)(from, cs, false, height, k, to);
	else if (rs == 1 && rows == height)
		NAME(pack_down)(from, cs, true, height, k, to);
	else if (cs == 1 || cs == -1)
		NAME(pack_rows)(from, rs, cs, negate, rows, height, k, to);
	else
		NAME(pack_slow)(from, rs, cs, negate, rows, height, k, to);
}

/* Across the diagonal of a matrix that keeps one triangle. */
static void NAME(pack_diagonal)(const struct view *v, int64_t i, int rows,
				int height, int64_t p, int64_t k, R *to)
{
	const R *from = v->at;

	for (; k > 0; k--, p++, to += height)
		for (int r = 0; r < height; r++) {
			int64_t at = i + r;
			bool stored = v->mirror == 'L' ? at >= p : at <= p;

			if (r >= rows)
				to[r] = 0;
			else if (stored)
				to[r] = from[at * v->rs + p * v->cs];
			else
				to[r] = from[p * v->rs + at * v->cs];
		}
}

/* Where all that is read is stored, or all of it is the mirror image. */
static void NAME(pack_side)(const struct view *v, bool stored, int64_t i,
			    int rows, int height, int64_t p, int64_t k, R *to)
{
	int64_t rs = stored ? v->rs : v->cs, cs = stored ? v->cs : v->rs;

	if (k > 0)
		NAME(pack_plain)((const R *)v->at + i * rs + p * cs, rs, cs,
				 v->negate, rows, height, k, to);
}

static int64_t NAME(within)(int64_t x, int64_t most)
{
	return x < 0 ? 0 : x < most ? x : most;
}

static void NAME(pack)(const struct view *v, int64_t i, int rows, int height,
		       int64_t p, int64_t k, void *panel)
{
	int64_t left = v->mirror ? NAME(within)(i - p, k) : k;
	int64_t end = v->mirror ? NAME(within)(i + rows - p, k) : k;
	bool low = !v->mirror || v->mirror == 'L';
	R *to = panel;

	NAME(pack_side)(v, low, i, rows, height, p, left, to);
	NAME(pack_diagonal)(v, i, rows, height, p + left, end - left,
			    to + left * height);
	NAME(pack_side)(v, !low, i, rows, height, p + end, k - end,
			to + end * height);
	if (v->unit)
		NAME(pack_unit)(i, rows, height, p, k, to);
}
