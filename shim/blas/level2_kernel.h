/* SPDX-License-Identifier: MIT */
/*
 * The template of level 2; what is defined: level1_kernel.h. A matrix is told
 * by where its columns lie (struct columns): dense, band and packed ones differ
 * in that alone.
 */
#define GROUP 8 /* columns that are added to sums at once */
#define TALL 8	/* vectors of sums in registers */
#define SMALL ((512 << 10) / (int64_t)sizeof(R)) /* that stay in a cache */
#define PANEL 64 /* columns: as many pages are known at once */

static const NAME(number) * NAME(column)(const struct columns *a, int64_t j)
{
	return (const NAME(number) *)a->at + j * a->ld +
	       a->curve * (j * (j + 1) / 2);
}

static NAME(number) NAME(in)(struct line x, int64_t i)
{
	return ((const NAME(number) *)x.at)[i * x.inc];
}

#ifndef COMPLEX
static inline __attribute__((always_inline)) V
NAME(added)(const int columns, const R *const *column, const V *factor,
	    int64_t i, const R *sum)
{
	V s = NAME(load)(sum + i);

	UNROLL
	for (int c = 0; c < columns; c++)
		s = FMA(NAME(load)(column[c] + i), factor[c], s);
	return s;
}

/* Whole vectors, of which the last two may have rows in common: both come to
 * the same. Returns the rows done. */
static inline __attribute__((always_inline)) int64_t
NAME(add_vectors)(const int columns, int64_t n, const R *const *column,
		  const R *by, R *__restrict sum)
{
	V factor[GROUP], last;

	if (n < VL)
		return 0;
	UNROLL
	for (int c = 0; c < columns; c++)
		factor[c] = SET1(by[c]);
	last = NAME(added)(columns, column, factor, n - VL, sum);
	for (int64_t i = 0; i + VL < n; i += VL)
		NAME(store)
		(sum + i, NAME(added)(columns, column, factor, i, sum));
	NAME(store)(sum + n - VL, last);
	return n;
}
#endif

/* sum += columns, one after the other, each times a number. */
static inline __attribute__((always_inline)) void
NAME(add)(const int columns, int64_t n, const NAME(number) *const *column,
	  const NAME(number) *by, const bool conj,
	  NAME(number) *__restrict sum)
{
	int64_t i = 0;

#ifndef COMPLEX
	i = NAME(add_vectors)(columns, n, column, by, sum);
#endif
	for (; i < n; i++) {
		NAME(number) s = sum[i];

		UNROLL
		for (int c = 0; c < columns; c++)
			s = NAME(chain)(NAME(conjugate)(column[c][i], conj),
					by[c], s);
		sum[i] = s;
	}
}

static void NAME(add_one)(int64_t n, const NAME(number) *column,
			  NAME(number) by, bool conj, NAME(number) *sum)
{
	if (n <= 0)
		return;
	if (conj)
		NAME(add)(1, n, &column, &by, true, sum);
	else
		NAME(add)(1, n, &column, &by, false, sum);
}

static void NAME(add_group)(int64_t n, const NAME(number) *const *column,
			    const NAME(number) *by, bool conj,
			    NAME(number) *sum)
{
	if (conj)
		NAME(add)(GROUP, n, column, by, true, sum);
	else
		NAME(add)(GROUP, n, column, by, false, sum);
}

/* Column j, and GROUP - 1 others in their order: first the rows that only some
 * of them have, then those of all. */
static void NAME(group)(const struct columns *a, const struct span *s,
			int64_t j, bool conj, bool negate, struct line x,
			NAME(number) *sum)
{
	int64_t top[GROUP], end[GROUP], first = s->first, last = s->end;
	const NAME(number) *column[GROUP];
	NAME(number) by[GROUP];

	for (int c = 0; c < GROUP; c++, j += s->down ? -1 : 1) {
		column[c] = NAME(column)(a, j);
		by[c] = NAME(in)(x, j);
		by[c] = negate ? NAME(negated)(by[c]) : by[c];
		top[c] = column_top(a, j, s->first);
		end[c] = column_end(a, j, s->end);
		first = top[c] > first ? top[c] : first;
		last = end[c] < last ? end[c] : last;
	}
	last = last > first ? last : first;
	for (int c = 0; c < GROUP; c++) {
		int64_t to = first < end[c] ? first : end[c];
		int64_t from = last > top[c] ? last : top[c];

		NAME(add_one)
		(to - top[c], column[c] + top[c], by[c], conj,
		 sum + (top[c] - s->first));
		NAME(add_one)
		(end[c] - from, column[c] + from, by[c], conj,
		 sum + (from - s->first));
		column[c] += first;
	}
	NAME(add_group)
	(last - first, column, by, conj, sum + (first - s->first));
}

#ifndef COMPLEX
/* Some columns, evenly spaced, as the numbers that they are times. */
struct NAME(panel) {
	const R *a, *x;
	int64_t columns, ld, incx;
	bool negate;
};

/* The sums of some rows in registers. */
static inline __attribute__((always_inline)) void
NAME(tall)(const int vectors, const struct NAME(panel) * p, int64_t row,
	   const R *from, R *to)
{
	const R *a = p->a + row, *x = p->x;
	V s[TALL];

	UNROLL
	for (int i = 0; i < vectors; i++)
		s[i] = NAME(load)(from + i * VL);
	for (int64_t j = p->columns; j; j--, a += p->ld, x += p->incx) {
		V by = SET1(p->negate ? -*x : *x);

		UNROLL
		for (int i = 0; i < vectors; i++)
			s[i] = FMA(NAME(load)(a + i * VL), by, s[i]);
	}
	UNROLL
	for (int i = 0; i < vectors; i++)
		NAME(store)(to + i * VL, s[i]);
}

/* At least VL rows; the last vector may have some of those before. */
static void NAME(add_panel)(const struct NAME(panel) * p, int64_t rows, R *sum)
{
	R last[VL];
	int64_t i = 0;

	if (rows % VL)
		NAME(tall)(1, p, rows - VL, sum + rows - VL, last);
	for (; i + TALL * VL <= rows; i += TALL * VL)
		NAME(tall)(TALL, p, i, sum + i, sum + i);
	for (; i + 2 * VL <= rows; i += 2 * VL)
		NAME(tall)(2, p, i, sum + i, sum + i);
	if (i + VL <= rows)
		NAME(tall)(1, p, i, sum + i, sum + i);
	if (rows % VL)
		NAME(store)(sum + rows - VL, NAME(load)(last));
}

/* Columns that have all the rows, evenly spaced: some at a time. */
static bool NAME(add_panels)(const struct columns *a, const struct span *s,
			     bool negate, struct line x, R *sum)
{
	int64_t step = s->down ? -1 : 1, j = s->down ? s->to - 1 : s->from;
	int64_t left = s->to - s->from;
	struct NAME(panel) p = { .ld = step * a->ld,
				 .incx = step * x.inc,
				 .negate = negate };

	if (a->curve || a->n * a->ld > SMALL || s->end - s->first < VL ||
	    left < 1 || column_top(a, s->to - 1, s->first) != s->first ||
	    column_end(a, s->from, s->end) != s->end)
		return false;
	for (; left > 0; left -= PANEL, j += step * PANEL) {
		p.columns = left < PANEL ? left : PANEL;
		p.a = NAME(column)(a, j) + s->first;
		p.x = (const R *)x.at + j * x.inc;
		NAME(add_panel)(&p, s->end - s->first, sum);
	}
	return true;
}
#endif

static void NAME(add_rows)(const struct columns *a, const struct span *s,
			   bool conj, bool negate, struct line x,
			   NAME(number) *sum)
{
	int64_t left = s->to - s->from, step = s->down ? -1 : 1, top;
	int64_t j = s->down ? s->to - 1 : s->from;

#ifndef COMPLEX
	if (NAME(add_panels)(a, s, negate, x, sum))
		return;
#endif
	for (; left >= GROUP; left -= GROUP, j += step * GROUP)
		NAME(group)(a, s, j, conj, negate, x, sum);
	for (; left > 0; left--, j += step) {
		NAME(number) by = NAME(in)(x, j);

		top = column_top(a, j, s->first);
		NAME(add_one)
		(column_end(a, j, s->end) - top, NAME(column)(a, j) + top,
		 negate ? NAME(negated)(by) : by, conj, sum + (top - s->first));
	}
}

static void NAME(rows)(const struct columns *a, const struct span *s, bool conj,
		       struct line x, void *sum)
{
	NAME(add_rows)(a, s, conj, false, x, sum);
}

/* What is stored of column j times x. */
static NAME(number) NAME(column_dot)(const struct columns *a, int64_t j,
				     bool conj, struct line x)
{
	int64_t top = column_top(a, j, 0);

	return NAME(product_of)(
		column_end(a, j, a->m) - top, NAME(column)(a, j) + top, 1,
		(const NAME(number) *)x.at + top * x.inc, x.inc, conj);
}

#ifndef COMPLEX
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
	for (; x.inc == 1 && TOGETHER == 4 && j + 4 <= to; j += 4)
		NAME(four_dots)(a, j, x, sum + j - from);
#endif
	for (; j < to; j++)
		sum[j - from] = NAME(column_dot)(a, j, conj, x);
}

/* Element (i, i) as it is meant. */
static NAME(number)
	NAME(pivot)(const struct columns *a, int64_t i, struct kind kind)
{
	NAME(number) d;

	if (kind.unit)
		return NAME(of)(1);
	d = NAME(column)(a, i)[i];
#ifdef COMPLEX
	if (kind.hermitian)
		d.im = 0;
#endif
	return NAME(conjugate)(d, kind.conj);
}

static void NAME(diagonal)(const struct columns *a, int64_t first, int64_t end,
			   struct kind kind, struct line x, void *sums)
{
	NAME(number) *sum = sums;

	for (int64_t i = first; i < end; i++, sum++)
		*sum = NAME(chain)(NAME(pivot)(a, i, kind), NAME(in)(x, i),
				   *sum);
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

/* In the order of columns: what lies before the diagonal of a row is a dot
 * where the upper triangle is stored, and what lies behind it where the lower
 * one is. */
static void NAME(symmetric)(const struct columns *a, int64_t first, int64_t end,
			    struct kind kind, struct line x, void *sums)
{
	bool conj = kind.hermitian != kind.conj;
	NAME(number) *sum = sums;
	struct span s = span_of(a, first, end);
	int64_t from = kind.upper ? first : s.from;
	int64_t to = kind.upper ? s.to : end;

	for (int64_t i = first; i < end; i++)
		sum[i - first] = NAME(of)(0);
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

static void NAME(end)(int64_t n, const void *sums, const void *alpha,
		      const void *beta, bool overwrite, struct line to)
{
	const NAME(number) by = *(const NAME(number) *)alpha;
	const NAME(number) keep = *(const NAME(number) *)beta;
	const NAME(number) *sum = sums;
	NAME(number) *y = to.at;
	int64_t i = 0;

#ifndef COMPLEX
	for (; to.inc == 1 && i + VL <= n; i += VL, y += VL) {
		V r = NAME(load)(sum + i) * SET1(by);

		if (!overwrite)
			r = FMA(SET1(keep), NAME(load)(y), r);
		NAME(store)(y, CANON(r));
	}
#endif
	for (; i < n; i++, y += to.inc) {
		NAME(number) r = NAME(times)(by, sum[i]);

		if (!overwrite)
			r = NAME(plus)(keep, *y, r);
		*y = NAME(quieted)(r);
	}
}
