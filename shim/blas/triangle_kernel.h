/* SPDX-License-Identifier: MIT */
/*
 * The template of what happens at the diagonal of a triangular matrix, in
 * pieces of some columns, which lie in vectors. What is defined: complex.h.
 */
#define WIDE 64 /* columns of a piece */

struct NAME(piece) {
	NAME(number) at[LEAF][WIDE];
};

/* In the order of memory, whichever way it lies. */
static void NAME(take)(struct NAME(piece) *x, const NAME(number) *from,
		       int64_t n, int columns, int64_t rs, int64_t cs)
{
	for (int j = columns; j < WIDE; j++)
		for (int64_t i = 0; i < n; i++)
			x->at[i][j] = NAME(of)(0);
	if (cs == 1)
		for (int64_t i = 0; i < n; i++)
			for (int j = 0; j < columns; j++)
				x->at[i][j] = from[i * rs + j];
	else
		for (int j = 0; j < columns; j++)
			for (int64_t i = 0; i < n; i++)
				x->at[i][j] = from[i * rs + j * cs];
}

static void NAME(give)(const struct NAME(piece) *x, NAME(number) *to, int64_t n,
		       int columns, int64_t rs, int64_t cs)
{
	if (cs == 1)
		for (int64_t i = 0; i < n; i++)
			for (int j = 0; j < columns; j++)
				to[i * rs + j] = x->at[i][j];
	else
		for (int j = 0; j < columns; j++)
			for (int64_t i = 0; i < n; i++)
				to[i * rs + j * cs] = x->at[i][j];
}

static NAME(number) NAME(element)(const struct triangle *a, int64_t i,
				  int64_t p)
{
	const NAME(number) *at = a->a;

	if (i == p && a->unit)
		return NAME(of)(1);
	return NAME(conjugate)(at[i * a->rs + p * a->cs], a->conj);
}

static void NAME(step)(NAME(number) a, const NAME(number) *x, NAME(number) *sum)
{
	for (int j = 0; j < WIDE; j++)
		sum[j] = NAME(chain)(a, x[j], sum[j]);
}

/* The last row first: those above, or below, are still what they were. */
static void NAME(replace)(const struct triangle *a, int64_t n, int64_t columns,
			  const void *alpha, void *b, int64_t brs, int64_t bcs)
{
	NAME(number) *x = b;

	for (; columns; columns--, x += bcs)
		for (int64_t row = 0; row < n; row++) {
			int64_t i = a->upper ? row : n - 1 - row;
			NAME(number) sum = NAME(of)(0);

			for (int64_t p = a->upper ? i : 0;
			     p < (a->upper ? n : i + 1); p++)
				sum = NAME(chain)(NAME(element)(a, i, p),
						  x[p * brs], sum);
			x[i * brs] = NAME(quieted)(NAME(times)(
				*(const NAME(number) *)alpha, sum));
		}
}

static void NAME(solve_row)(const struct triangle *a, int64_t i,
			    struct NAME(piece) *x)
{
	NAME(number) by = NAME(divisor)(NAME(element)(a, i, i));

	for (int64_t p = 0; p < i; p++)
		NAME(step)(NAME(negated)(NAME(element)(a, i, p)), x->at[p],
			   x->at[i]);
	for (int j = 0; j < WIDE; j++) {
		NAME(number) r = a->unit ? x->at[i][j] :
					   NAME(divided)(x->at[i][j], by);

		x->at[i][j] = NAME(quieted)(r);
	}
}

static void NAME(solve)(const struct triangle *a, int64_t n, int64_t columns,
			void *b, int64_t brs, int64_t bcs)
{
	struct NAME(piece) x;
	NAME(number) *at = b;

	for (int64_t j = 0; j < columns; j += WIDE) {
		int wide = columns - j < WIDE ? (int)(columns - j) : WIDE;

		NAME(take)(&x, at + j * bcs, n, wide, brs, bcs);
		for (int64_t i = 0; i < n; i++)
			NAME(solve_row)(a, i, &x);
		NAME(give)(&x, at + j * bcs, n, wide, brs, bcs);
	}
}
#undef WIDE

static const struct triangle_kernel NAME(triangle) = {
	.replace = NAME(replace),
	.solve = NAME(solve),
};
