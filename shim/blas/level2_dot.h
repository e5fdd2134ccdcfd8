/* SPDX-License-Identifier: MIT */
/*
 * The template of products of columns with x: transposed matrices, and mirror
 * images. Lanes are added in a tree of halves, which is the same for lanes that
 * were turned round: a row may begin at any lane, if the order within each lane
 * stays.
 */
#ifndef COMPLEX
/* Columns of a triangle, and the rows that all of them have. */
struct NAME(beside) {
	const R *column[TOGETHER], *x; /* at the first of these rows */
	int64_t rows;
	R by[TOGETHER], *sum;  /* what the columns are added to, */
	int64_t from, to;      /* in these rows: whole lanes, or to the end */
	R early[TOGETHER][VL]; /* what the last lanes begin with */
};

/* Columns from j on, in rows first..end-1. */
static inline void NAME(beside_of)(struct NAME(beside) * b,
				   const struct columns *a, int64_t j,
				   int64_t first, int64_t end, struct line x)
{
	b->x = (const R *)x.at + first;
	b->rows = end - first;
	b->sum = NULL;
	b->from = b->to = 0;
	UNROLL
	for (int c = 0; c < TOGETHER; c++) {
		b->column[c] = NAME(column)(a, j + c) + first;
		b->by[c] = ((const R *)x.at)[j + c];
	}
}

/* A row of lanes of the columns to its sums. */
static inline __attribute__((always_inline)) void
NAME(add_lanes)(const struct NAME(beside) * b, int64_t i)
{
	UNROLL
	for (int r = 0; r < REGISTERS; r++, i += VL) {
		V s = NAME(load)(b->sum + i);

		UNROLL
		for (int c = 0; c < TOGETHER; c++)
			s = FMA(NAME(load)(b->column[c] + i), SET1(b->by[c]),
				s);
		NAME(store)(b->sum + i, s);
	}
}

/* And what is left of the rows. */
static inline __attribute__((always_inline)) void
NAME(add_rest)(const struct NAME(beside) * b, int64_t i)
{
	R by[TOGETHER][VL];

	UNROLL
	for (int c = 0; c < TOGETHER; c++)
		NAME(store)(by[c], SET1(b->by[c]));
	for (; i < b->rows; i += VL) {
		int64_t n = b->rows - i < VL ? b->rows - i : VL;
		V s = NAME(load)(b->sum + i);

		UNROLL
		for (int c = 0; c < TOGETHER; c++)
			s = PART(n, b->column[c] + i, by[c], s);
		NAME(store)(b->sum + i, s);
	}
}

/* Columns times x, while they are added to sums, whose last vector is written
 * whole. Of an upper triangle, each column has a row more than the last one. */
static inline __attribute__((always_inline)) void
NAME(dot_adding)(const bool upper, const struct NAME(beside) * b, R *result)
{
	int64_t i = 0;
	V dot[TOGETHER * REGISTERS];

	UNROLL
	for (int r = 0; r < TOGETHER * REGISTERS; r++)
		dot[r] = SET1(0);
	UNROLL
	for (int c = 0; c < TOGETHER && !upper; c++)
		dot[TOGETHER * (REGISTERS - 1) + c] = NAME(load)(b->early[c]);
	for (; i + LANES <= b->rows; i += LANES) {
		if (i >= b->from && i < b->to)
			NAME(add_lanes)(b, i);
		UNROLL
		for (int r = 0; r < TOGETHER * REGISTERS; r++) {
			int64_t at = i + r / TOGETHER * VL;

			dot[r] = FMA(NAME(load)(b->column[r % TOGETHER] + at),
				     NAME(load)(b->x + at), dot[r]);
		}
	}
	if (b->to > i)
		NAME(add_rest)(b, i);
	UNROLL
	for (int r = 0; r < TOGETHER * REGISTERS; r++) {
		int64_t at = i + r / TOGETHER * VL;
		int64_t now = b->rows - at + (upper ? r % TOGETHER : 0);

		now = now < 0 ? 0 : now < VL ? now : VL;
		dot[r] = PART(now, b->column[r % TOGETHER] + at, b->x + at,
			      dot[r]);
	}
#if TOGETHER == 4
	ADD_FOUR(dot, result);
#else
	HALVE(dot);
	*result = ADD1(FOLDED(dot[0]));
#endif
}

/* The lanes of columns times x, the last row first. */
static void NAME(dot_falling)(const struct NAME(beside) * b,
			      R lane[TOGETHER][LANES])
{
	int64_t i = b->rows / LANES * LANES;
	V dot[TOGETHER * REGISTERS];

	UNROLL
	for (int r = 0; r < TOGETHER * REGISTERS; r++) {
		int64_t at = i + r / TOGETHER * VL, now = b->rows - at;

		now = now < 0 ? 0 : now < VL ? now : VL;
		dot[r] = PART(now, b->column[r % TOGETHER] + at, b->x + at,
			      SET1(0));
	}
	while ((i -= LANES) >= 0) {
		UNROLL
		for (int r = 0; r < TOGETHER * REGISTERS; r++) {
			int64_t at = i + r / TOGETHER * VL;

			dot[r] = FMA(NAME(load)(b->column[r % TOGETHER] + at),
				     NAME(load)(b->x + at), dot[r]);
		}
	}
	UNROLL
	for (int r = 0; r < TOGETHER * REGISTERS; r++)
		NAME(store)(lane[r % TOGETHER] + r / TOGETHER * VL, dot[r]);
}

static R NAME(lanes_sum)(const R *lane)
{
	V sum[REGISTERS];

	UNROLL
	for (int r = 0; r < REGISTERS; r++)
		sum[r] = NAME(load)(lane + r * VL);
	HALVE(sum);
	return ADD1(FOLDED(sum[0]));
}

/* All that is stored of columns from j on but for the diagonal. */
static void NAME(beside_upper)(struct NAME(beside) * b, const struct columns *a,
			       int64_t j, struct line x)
{
	NAME(beside_of)(b, a, j, 0, j, x);
}

static void NAME(beside_lower)(struct NAME(beside) * b, const struct columns *a,
			       int64_t j, struct line line)
{
	const R *x = (const R *)line.at + j;

	NAME(beside_of)(b, a, j, j + TOGETHER, a->m, line);
	UNROLL
	for (int c = 0; c < TOGETHER; c++) {
		NAME(store)(b->early[c], SET1(0));
		for (int i = c + 1; i < TOGETHER; i++)
			b->early[c][VL - TOGETHER + i] =
				FMA1((b->column[c] - TOGETHER)[i], x[i], 0);
	}
}

/* Is all of a triangle there, and x in a row? */
static bool NAME(is_triangle)(const struct columns *a, struct line x)
{
	return x.inc == 1 && ((a->below < 0 && a->above >= a->n) ||
			      (a->above < 0 && a->below >= a->m));
}
#endif

/* What is stored of column j times x. */
static NAME(number) NAME(column_dot)(const struct columns *a, int64_t j,
				     bool conj, struct line x)
{
	int64_t top = column_top(a, j, 0);

	return NAME(product_of)(
		column_end(a, j, a->m) - top, NAME(column)(a, j) + top, 1,
		(const NAME(number) *)x.at + top * x.inc, x.inc, conj);
}

#if !defined(COMPLEX) && TOGETHER == 4
static void NAME(four_dots)(const struct columns *a, int64_t j, struct line x,
			    R *sum)
{
	struct NAME(four) f;

	for (int c = 0; c < 4; c++) {
		int64_t top = column_top(a, j + c, 0);

		f.a[c] = NAME(column)(a, j + c) + top;
		f.x[c] = (const R *)x.at + top;
		f.n[c] = column_end(a, j + c, a->m) - top;
	}
	NAME(dot_four)(&f, sum);
}

/* j: a multiple of TOGETHER, as a column's rows end within the same lanes. */
static void NAME(triangle_dots)(const struct columns *a, int64_t j,
				struct line x, R *sum)
{
	struct NAME(beside) b;

	if (a->below < 0) {
		NAME(beside_upper)(&b, a, j, x);
		NAME(dot_adding)(true, &b, sum);
	} else {
		NAME(beside_lower)(&b, a, j, x);
		NAME(dot_adding)(false, &b, sum);
	}
}
#endif

static void NAME(dots)(const struct columns *a, int64_t from, int64_t to,
		       bool conj, struct line x, void *result)
{
	NAME(number) *sum = result;
	int64_t j = from;

#ifndef COMPLEX
	if (x.inc == 1 && a->above >= a->n && a->below >= a->m && !a->curve) {
		NAME(dot_matrix)
		(a->m, to - from, NAME(column)(a, from), a->ld, x.at, sum);
		return;
	}
#if TOGETHER == 4
	for (; from % TOGETHER == 0 && NAME(is_triangle)(a, x) &&
	       j + TOGETHER <= to;
	     j += TOGETHER)
		NAME(triangle_dots)(a, j, x, sum + j - from);
	for (; x.inc == 1 && j + TOGETHER <= to; j += TOGETHER)
		NAME(four_dots)(a, j, x, sum + j - from);
#endif
#endif
	for (; j < to; j++)
		sum[j - from] = NAME(column_dot)(a, j, conj, x);
}

/* At most GROUP columns: their mirror image is taken while they are in the
 * cache. */
static void NAME(mirror)(const struct columns *a, int64_t from, int64_t to,
			 bool conj, struct line x, NAME(number) *sum)
{
	NAME(number) dot[GROUP];

	NAME(dots)(a, from, to, conj, x, dot);
	for (int64_t j = 0; j < to - from; j++) {
#ifdef COMPLEX
		sum[j].re += dot[j].re;
		sum[j].im += dot[j].im;
#else
		sum[j] += dot[j];
#endif
	}
}

#ifndef COMPLEX
/* The triangle that some columns have at the diagonal, when all else that comes
 * before in their rows is in the sums. */
static void NAME(add_corner)(const struct columns *a, int64_t j, bool upper,
			     struct line line, const R *dot, R *sum)
{
	const R *x = (const R *)line.at + j;

	UNROLL
	for (int c = 0; c < TOGETHER; c++) {
		const R *column = NAME(column)(a, j + c) + j;

		sum[c] = upper ? sum[c] + dot[c] : sum[c];
		sum[c] = FMA1(column[c], x[c], sum[c]);
		sum[c] = upper ? sum[c] : sum[c] + dot[c];
		for (int i = upper ? 0 : c + 1; i < (upper ? c : TOGETHER); i++)
			sum[i] = FMA1(column[i], x[c], sum[i]);
	}
}

/* Some columns at once, in rows from `first` on: each element is read once. */
static void NAME(symmetric_upper)(const struct columns *a, int64_t j,
				  int64_t first, struct line x, R *sum)
{
	struct NAME(beside) b;
	R dot[TOGETHER];

	NAME(beside_upper)(&b, a, j, x);
	b.sum = sum - first;
	b.from = first;
	b.to = j;
	NAME(dot_adding)(true, &b, dot);
	NAME(add_corner)(a, j, true, x, dot, sum + j - first);
}

/* And to `end`: where rows behind are another's, sums end with whole lanes. */
static void NAME(symmetric_lower)(const struct columns *a, int64_t j,
				  int64_t first, int64_t end, struct line line,
				  R *sum)
{
	const R *x = (const R *)line.at + j;
	int64_t from = j + TOGETHER;
	int64_t to = end < a->m ? end - (end - from) % LANES : end;
	struct NAME(beside) b;
	R dot[TOGETHER];

	NAME(beside_lower)(&b, a, j, line);
	b.sum = sum + from - first;
	b.to = to - from;
	NAME(dot_adding)(false, &b, dot);
	for (int c = 0; c < TOGETHER && to < end; c++)
		NAME(add_one)
	(end - to, b.column[c] + (to - from), x[c], false, sum + to - first);
	NAME(add_corner)(a, j, false, line, dot, sum + j - first);
}

/* From column j on as far as this goes; returns where that is. */
static int64_t NAME(symmetric_at_once)(const struct columns *a, int64_t j,
				       int64_t first, int64_t end, bool upper,
				       struct line x, R *sum)
{
	if (!NAME(is_triangle)(a, x) || first % LANES)
		return j;
	for (; j + TOGETHER <= end; j += TOGETHER)
		if (upper)
			NAME(symmetric_upper)(a, j, first, x, sum);
		else
			NAME(symmetric_lower)(a, j, first, end, x, sum);
	return j;
}
#endif

/* Columns from..to-1, in rows first..end-1. */
static void NAME(symmetric_group)(const struct columns *a, int64_t from,
				  int64_t to, int64_t first, int64_t end,
				  struct kind kind, struct line x,
				  NAME(number) *sum)
{
	bool conj = kind.hermitian != kind.conj;
	struct span s = { .first = first, .end = end };

	for (int64_t j = from; j < to; j = s.to) {
		int64_t here = j > first ? j : first, last;

		s.from = j;
		s.to = j + GROUP < to ? j + GROUP : to;
		last = s.to < end ? s.to : end;
		if (!kind.upper)
			NAME(rows)(a, &s, kind.conj, x, sum);
		else if (here < last)
			NAME(mirror)
		(a, here, last, conj, x, sum + here - first);
		if (here < last)
			NAME(diagonal)
		(a, here, last, kind, x, sum + here - first);
		if (kind.upper)
			NAME(rows)(a, &s, kind.conj, x, sum);
		else if (here < last)
			NAME(mirror)
		(a, here, last, conj, x, sum + here - first);
	}
}

/* In the order of columns: what lies before the diagonal of a row is a dot
 * where the upper triangle is stored, and what lies behind it where the lower
 * one is. */
static void NAME(symmetric)(const struct columns *a, int64_t first, int64_t end,
			    struct kind kind, struct line x, void *sums)
{
	NAME(number) *sum = sums;
	struct span s = span_of(a, first, end);
	int64_t to = kind.upper ? s.to : end, j = first;

	for (int64_t i = first; i < end; i++)
		sum[i - first] = NAME(of)(0);
	if (!kind.upper)
		NAME(symmetric_group)(a, s.from, first, first, end, kind, x,
				      sum);
#ifndef COMPLEX
	j = NAME(symmetric_at_once)(a, j, first, end, kind.upper, x, sum);
#endif
	NAME(symmetric_group)(a, j, to, first, end, kind, x, sum);
}
