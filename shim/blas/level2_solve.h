/* SPDX-License-Identifier: MIT */
/* The template of level 2, where the matrix or the solution is written. */
#define ROOM 256 /* numbers that are gathered at a time */
#define BLOCK 32 /* columns that are solved before others are changed */

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

static void NAME(solve_turned)(const struct columns *a, struct kind kind,
			       struct line line)
{
	NAME(number) *x = line.at, t;

	for (int64_t step = 0; step < a->n; step++) {
		int64_t j = kind.upper ? step : a->n - 1 - step;

		t = NAME(column_dot)(a, j, kind.conj, line);
#ifdef COMPLEX
		t.re = x[j * line.inc].re - t.re;
		t.im = x[j * line.inc].im - t.im;
#else
		t = x[j * line.inc] - t;
#endif
		x[j * line.inc] = NAME(solved)(a, j, kind, t);
	}
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

/* a += x * by */
static void NAME(add_column)(int64_t n, const NAME(number) * x, int64_t inc,
			     bool conj, NAME(number) by, NAME(number) * a)
{
	int64_t i = 0;

#ifndef COMPLEX
	for (; inc == 1 && i + VL <= n; i += VL)
		NAME(store)
		(a + i,
		 CANON(FMA(NAME(load)(x + i), SET1(by), NAME(load)(a + i))));
#endif
	for (; i < n; i++)
		a[i] = NAME(quieted)(NAME(chain)(
			NAME(conjugate)(x[i * inc], conj), by, a[i]));
}

static void NAME(update)(const struct columns *a, int64_t from, int64_t to,
			 const struct update *u, int terms, bool hermitian)
{
	for (int64_t j = from; j < to; j++) {
		int64_t top = column_top(a, j, 0);
		int64_t n = column_end(a, j, a->m) - top;
		/* A view of what the caller may write. */
		NAME(number) *c = (NAME(number) *)(uintptr_t)NAME(column)(a, j);

		for (int t = 0; t < terms; t++) {
			struct line row = u[t].row;
			const NAME(number) *x = row.at;
			const void *alpha = &u[t].alpha;

			NAME(add_column)
			(n, x + top * row.inc, row.inc, u[t].conj_row,
			 NAME(times)(*(const NAME(number) *)alpha,
				     NAME(conjugate)(NAME(in)(u[t].column, j),
						     u[t].conj_column)),
			 c + top);
		}
#ifdef COMPLEX
		if (hermitian)
			c[j].im = 0;
#endif
		(void)hermitian;
	}
}
#undef ROOM
#undef BLOCK
#undef GROUP
#undef LANES
#undef REGISTERS
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
