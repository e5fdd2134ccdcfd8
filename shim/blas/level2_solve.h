/* SPDX-License-Identifier: MIT */
/* The template of level 2, where the matrix or the solution is written. */
#define ROOM 256  /* numbers that are gathered at a time */
#define SOME 4	  /* columns that are changed at once */
#define LONG 1024 /* rows, from which on several columns are faster */
#define BLOCK 32  /* columns that are solved before others are changed */

/* x(i) over the diagonal, final. */
static NAME(number) NAME(solved)(const struct columns *a, int64_t i,
				 struct kind kind, NAME(number) x)
{
	if (!kind.unit)
		x = NAME(divided)(x, NAME(divisor)(NAME(pivot)(a, i, kind)));
	return NAME(quieted)(x);
}

/* Columns from..to-1 within their own rows. */
static void NAME(solve_block)(const struct columns *a, int64_t from, int64_t to,
			      struct kind kind, struct line line)
{
	NAME(number) *x = line.at;

	for (int64_t step = 0; step < to - from; step++) {
		int64_t j = kind.upper ? to - 1 - step : from + step;
		int64_t top = column_top(a, j, from);
		int64_t end = column_end(a, j, to);
		const NAME(number) *column = NAME(column)(a, j);
		NAME(number) by;

		x[j * line.inc] = NAME(solved)(a, j, kind, x[j * line.inc]);
		by = NAME(negated)(x[j * line.inc]);
		for (int64_t i = top; i < end; i++)
			x[i * line.inc] = NAME(chain)(
				NAME(conjugate)(column[i], kind.conj), by,
				x[i * line.inc]);
	}
}

/* What the solution of a block takes from rows s->first to s->end. */
static void NAME(take_off)(const struct columns *a, const struct span *s,
			   bool conj, struct line line)
{
	NAME(number) room[ROOM], *x = line.at;
	struct span part = *s;

	if (line.inc == 1) {
		NAME(add_rows)(a, s, conj, true, line, x + s->first);
		return;
	}
	for (; part.first < s->end; part.first = part.end) {
		int64_t n = s->end - part.first;

		n = n < ROOM ? n : ROOM;
		part.end = part.first + n;
		for (int64_t i = 0; i < n; i++)
			room[i] = x[(part.first + i) * line.inc];
		NAME(add_rows)(a, &part, conj, true, line, room);
		for (int64_t i = 0; i < n; i++)
			x[(part.first + i) * line.inc] = room[i];
	}
}

/* The rows beyond a block that its columns have. */
static struct span NAME(beyond)(const struct columns *a, int64_t from,
				int64_t to, bool upper)
{
	struct span s = { .from = from, .to = to, .down = upper };

	s.first = upper ? column_top(a, from, 0) : to;
	s.end = upper ? from : column_end(a, to - 1, a->n);
	return s;
}

/* Of a lower triangle, solved from below: the last row comes first. */
static NAME(number) NAME(column_falling)(const struct columns *a, int64_t j,
					 bool conj, struct line line)
{
	const int64_t most = LANES / PARTS;
	int64_t top = column_top(a, j, 0), n = column_end(a, j, a->m) - top;
	R lane[LANES] = { 0 }, room[CHUNK];
	const NAME(number) *column = NAME(column)(a, j) + top, *x = line.at;

	for (int64_t i = (n - 1) / most * most; n > 0 && i >= 0; i -= most)
		NAME(dot_lanes)
		(n - i < most ? n - i : most, (const R *)(column + i),
		 NAME(row_of)(x + (top + i) * line.inc, line.inc,
			      n - i < most ? n - i : most, room),
		 conj, lane);
	return NAME(dot_end)(lane);
}

static NAME(number) NAME(less)(NAME(number) x, NAME(number) dot)
{
#ifdef COMPLEX
	x.re -= dot.re;
	x.im -= dot.im;
	return x;
#else
	return x - dot;
#endif
}

static void NAME(solve_turned_from)(const struct columns *a, int64_t step,
				    struct kind kind, struct line line)
{
	NAME(number) *x = line.at, t;

	for (; step < a->n; step++) {
		int64_t j = kind.upper ? step : a->n - 1 - step;

		t = kind.upper ? NAME(column_dot)(a, j, kind.conj, line)
			       : NAME(column_falling)(a, j, kind.conj, line);
		x[j * line.inc] = NAME(solved)(
			a, j, kind, NAME(less)(x[j * line.inc], t));
	}
}

#ifndef COMPLEX
/* Columns from j on of a lower triangle. */
static void NAME(solve_falling)(const struct columns *a, int64_t j,
				struct kind kind, struct line line)
{
	R lane[TOGETHER][LANES] __attribute__((aligned(64)));
	R *x = (R *)line.at + j, *last;
	struct NAME(beside) b;

	NAME(beside_of)(&b, a, j, j + TOGETHER, a->m, line);
	NAME(dot_falling)(&b, lane);
	for (int c = TOGETHER - 1; c >= 0; c--) {
		x[c] = NAME(solved)(a, j + c, kind,
				    x[c] - NAME(lanes_sum)(lane[c]));
		for (int d = 0; d < c; d++) {
			last = &lane[d][LANES - TOGETHER + c];
			*last = FMA1((NAME(column)(a, j + d) + j)[c], x[c],
				     *last);
		}
	}
}
#endif

static void NAME(solve_turned)(const struct columns *a, struct kind kind,
			       struct line line)
{
	int64_t step = 0;

#ifndef COMPLEX
	bool falling = !kind.upper && NAME(is_triangle)(a, line);

	for (; falling && step + TOGETHER <= a->n; step += TOGETHER)
		NAME(solve_falling)(a, a->n - step - TOGETHER, kind, line);
#endif
	NAME(solve_turned_from)(a, step, kind, line);
}

static void NAME(solve_columns)(const struct columns *a, struct kind kind,
				struct line x)
{
	struct span s;

	if (kind.turned) {
		NAME(solve_turned)(a, kind, x);
		return;
	}
	for (int64_t done = 0; done < a->n; done += BLOCK) {
		int64_t n = a->n - done < BLOCK ? a->n - done : BLOCK;
		int64_t from = kind.upper ? a->n - done - n : done;

		NAME(solve_block)(a, from, from + n, kind, x);
		s = NAME(beyond)(a, from, from + n, kind.upper);
		if (s.first < s.end)
			NAME(take_off)(a, &s, kind.conj, x);
	}
}

#ifndef COMPLEX
/* Four vectors: NaNs are rare. */
static inline void NAME(add_four)(const R *x, V by, R *a)
{
	V r[4];

	UNROLL
	for (int v = 0; v < 4; v++)
		r[v] = FMA(NAME(load)(x + v * VL), by, NAME(load)(a + v * VL));
	if (UNORDERED(r[0], r[1]) || UNORDERED(r[2], r[3])) {
		UNROLL
		for (int v = 0; v < 4; v++)
			r[v] = CANON(r[v]);
	}
	UNROLL
	for (int v = 0; v < 4; v++)
		NAME(store)(a + v * VL, r[v]);
}
#endif

/* a += x * by */
static void NAME(add_column)(int64_t n, const NAME(number) *x, int64_t inc,
			     bool conj, NAME(number) by, NAME(number) *a)
{
	int64_t i = 0;

#ifndef COMPLEX
	for (; inc == 1 && i + 4 * VL <= n; i += 4 * VL)
		NAME(add_four)(x + i, SET1(by), a + i);
	for (; inc == 1 && i + VL <= n; i += VL)
		NAME(store)
		(a + i,
		 CANON(FMA(NAME(load)(x + i), SET1(by), NAME(load)(a + i))));
#endif
	for (; i < n; i++)
		a[i] = NAME(quieted)(NAME(chain)(
			NAME(conjugate)(x[i * inc], conj), by, a[i]));
}

/* Column j of what the caller may write. */
static NAME(number) * NAME(written)(const struct columns *a, int64_t j)
{
	return (NAME(number) *)(uintptr_t)NAME(column)(a, j);
}

/* What x is times in column j. */
static NAME(number) NAME(by_column)(const struct update *u, int64_t j)
{
	const void *alpha = &u->alpha;

	return NAME(times)(
		*(const NAME(number) *)alpha,
		NAME(conjugate)(NAME(in)(u->column, j), u->conj_column));
}

static void NAME(update_column)(const struct columns *a, int64_t j,
				int64_t first, int64_t end,
				const struct update *u)
{
	const NAME(number) *x = u->row.at;

	NAME(add_column)
	(end - first, x + first * u->row.inc, u->row.inc, u->conj_row,
	 NAME(by_column)(u, j), NAME(written)(a, j) + first);
}

#ifndef COMPLEX
/* All in rows from first on: whole vectors of them; returns where they end. */
static int64_t NAME(update_some)(const struct columns *a, int64_t j,
				 int64_t first, int64_t end,
				 const struct update *u)
{
	const R *x = u->row.at;
	R *column[SOME];
	V by[SOME];

	UNROLL
	for (int c = 0; c < SOME; c++) {
		column[c] = NAME(written)(a, j + c);
		by[c] = SET1(NAME(by_column)(u, j + c));
	}
	for (; first + VL <= end; first += VL) {
		V row = NAME(load)(x + first);

		UNROLL
		for (int c = 0; c < SOME; c++)
			NAME(store)
			(column[c] + first,
			 CANON(FMA(row, by[c], NAME(load)(column[c] + first))));
	}
	return first;
}
#endif

#ifndef COMPLEX
#define BESIDE 8 /* vectors of rows that stay in registers */

/* Some rows of all columns. */
static inline __attribute__((always_inline)) void
NAME(update_beside)(const int vectors, const struct columns *a, int64_t from,
		    int64_t to, int64_t first, const struct update *u)
{
	const R *x = (const R *)u->row.at + first;
	R *at = NAME(written)(a, from) + first;
	V row[BESIDE], r[BESIDE];

	UNROLL
	for (int v = 0; v < vectors; v++)
		row[v] = NAME(load)(x + v * VL);
	for (int64_t j = from; j < to; j++, at += a->ld) {
		V by = SET1(NAME(by_column)(u, j));
		bool nan = false;

		UNROLL
		for (int v = 0; v < vectors; v++)
			r[v] = FMA(row[v], by, NAME(load)(at + v * VL));
		UNROLL
		for (int v = 0; v < vectors; v += 2)
			nan |= UNORDERED(r[v], r[v + (v + 1 < vectors)]);
		if (__builtin_expect(nan, 0)) {
			UNROLL
			for (int v = 0; v < vectors; v++)
				r[v] = CANON(r[v]);
		}
		UNROLL
		for (int v = 0; v < vectors; v++)
			NAME(store)(at + v * VL, r[v]);
	}
}

/* Where all columns have all rows: whole vectors; returns where they end. */
static int64_t NAME(update_dense)(const struct columns *a, int64_t from,
				  int64_t to, const struct update *u)
{
	int64_t i = 0;

	if (a->curve || a->above < a->n || a->below < a->m || u->row.inc != 1)
		return 0;
	for (; i + BESIDE * VL <= a->m; i += BESIDE * VL)
		NAME(update_beside)(BESIDE, a, from, to, i, u);
	for (; i + 2 * VL <= a->m; i += 2 * VL)
		NAME(update_beside)(2, a, from, to, i, u);
	if (i + VL <= a->m) {
		NAME(update_beside)(1, a, from, to, i, u);
		i += VL;
	}
	return i;
}
#undef BESIDE
#endif

/* Some columns: the rows that all have, and the others. */
static void NAME(update_group)(const struct columns *a, int64_t j,
			       const struct update *u)
{
	int64_t first = column_top(a, j + SOME - 1, 0), to = first;

#ifndef COMPLEX
	to = NAME(update_some)(a, j, first, column_end(a, j, a->m), u);
#endif
	for (int64_t c = j; c < j + SOME; c++) {
		NAME(update_column)(a, c, column_top(a, c, 0), first, u);
		NAME(update_column)(a, c, to, column_end(a, c, a->m), u);
	}
}

static void NAME(update)(const struct columns *a, int64_t from, int64_t to,
			 const struct update *u, int terms, bool hermitian)
{
	bool some =
		u[0].row.inc == 1 && u[terms - 1].row.inc == 1 && a->m >= LONG;
	int64_t j = from, done = 0;

#ifndef COMPLEX
	if (terms == 1 && a->m < LONG)
		done = NAME(update_dense)(a, from, to, u);
	if (done == a->m)
		return;
#endif
	for (; some && j + SOME <= to; j += SOME)
		for (int t = 0; t < terms; t++)
			NAME(update_group)(a, j, u + t);
	for (; j < to; j++)
		for (int t = 0; t < terms; t++)
			NAME(update_column)
			(a, j, column_top(a, j, done), column_end(a, j, a->m),
			 u + t);
#ifdef COMPLEX
	for (j = from; hermitian && j < to; j++)
		NAME(written)(a, j)[j].im = 0;
#endif
	(void)hermitian;
}
#undef SOME
#undef LONG
#undef ROOM
#undef BLOCK
#undef GROUP
#undef TALL
#undef PANEL
#undef SMALL
#undef LANES
#undef REGISTERS
#ifndef COMPLEX
#undef TOGETHER
#undef HALVE
#undef ADD_FOUR
#endif
#undef CHUNK

static const struct level2_kernel NAME(level2) = {
	.rows = NAME(rows),
	.dots = NAME(dots),
	.diagonal = NAME(diagonal),
	.symmetric = NAME(symmetric),
	.end = NAME(end),
	.solve = NAME(solve_columns),
	.update = NAME(update),
};
