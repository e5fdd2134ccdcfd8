/* SPDX-License-Identifier: MIT */
/*
 * Products with triangular matrices, and solutions. A side and a transpose are
 * a matter of strides: what remains is a * B with B's rows along a's columns.
 * A solution is halved again and again: squares are products, LEAF rows at the
 * diagonal are left.
 */
#include <stddef.h>

#include "memory.h"
#include "pool.h"
#include "product.h"
#include "scalar.h"

#define PIECE 192	     /* columns that one thread takes at a time */
#define ROOMY 1024	     /* alone: products are as many columns */
#define FEW 64		     /* of which as many lines stay in a cache */

struct system {
	enum same_type type;
	struct triangle a;
	int64_t n, columns;
	char *b;
	int64_t brs, bcs;
	bool reversed; /* upside down */
	const void *alpha;
	int64_t piece;
};

static const char *element(const struct system *s, int64_t i, int64_t p)
{
	return (const char *)s->a.a +
	       (i * s->a.rs + p * s->a.cs) * kernels->gemm[s->type]->size;
}

static char *row(const struct system *s, char *b, int64_t i)
{
	return b + i * s->brs * kernels->gemm[s->type]->size;
}

/* sums (strides crs, ccs) +- a[i.., p..] * b */
static void square(const struct system *s, bool negate, int64_t i, int64_t m,
		   int64_t p, int64_t k, const char *b, char *sums,
		   int64_t crs, int64_t ccs)
{
	static const union scalar unused;
	int64_t size = kernels->gemm[s->type]->size;
	/* Reversed, only k has to be: rows of results are contiguous then. */
	int64_t down = s->reversed ? -1 : 1;
	int64_t first = s->reversed ? m - 1 : 0;
	struct product part = {
		.type = s->type,
		.m = m,
		.n = s->columns,
		.k = k,
		.a = { .at = element(s, i + first, p),
		       .rs = down * s->a.rs,
		       .cs = s->a.cs,
		       .conj = s->a.conj,
		       .negate = negate },
		.b = { .at = b, .rs = s->bcs, .cs = s->brs },
		.finish = { .alpha = &unused,
			    .beta = &unused,
			    .rs = down * crs,
			    .cs = ccs,
			    .raw = true },
		.c = sums + first * crs * size,
	};

	product(&part);
}

static struct triangle below(const struct system *s, int64_t i)
{
	struct triangle a = s->a;

	a.a = element(s, i, i);
	return a;
}

static int64_t half_of(int64_t n)
{
	return (n / 2 + LEAF - 1) / LEAF * LEAF;
}

static void solve(const struct system *s, int64_t i, int64_t n)
{
	int64_t half = half_of(n);
	struct triangle a;

	if (n <= LEAF) {
		a = below(s, i);
		kernels->triangle[s->type]->solve(&a, n, s->columns,
						  row(s, s->b, i), s->brs,
						  s->bcs);
		return;
	}
	solve(s, i, half);
	square(s, true, i + half, n - half, i, half, row(s, s->b, i),
	       row(s, s->b, i + half), s->brs, s->bcs);
	solve(s, i + half, n - half);
}

static struct system piece_of(const struct system *s, int64_t task)
{
	struct system part = *s;
	int64_t first = task * s->piece;

	part.b += first * s->bcs * kernels->gemm[s->type]->size;
	if (part.columns - first < s->piece)
		part.columns -= first;
	else
		part.columns = s->piece;
	return part;
}

static void solve_piece(void *arg, int64_t task)
{
	struct system s = piece_of(arg, task);

	for (int64_t j = 0; j < s.columns && !is_one(s.type, s.alpha); j++)
		kernels->level1[s.type]->scale(
			s.n, s.alpha,
			s.b + j * s.bcs * kernels->gemm[s.type]->size, s.brs,
			false);
	solve(&s, 0, s.n);
}

/* b: the columns of a product. A few at a time where they lie across. */
static void put_back(const struct system *s, const char *product)
{
	int64_t size = kernels->gemm[s->type]->size, now;

	if (s->brs == 1) {
		for (int64_t j = 0; j < s->columns; j++)
			same_copy(s->type, s->n, product + j * s->n * size, 1,
				  s->b + j * s->bcs * size, 1);
		return;
	}
	for (int64_t j = 0; j < s->columns; j += now) {
		now = s->columns - j < FEW ? s->columns - j : FEW;
		for (int64_t i = 0; i < s->n; i++)
			same_copy(s->type, now, product + (j * s->n + i) * size,
				  s->n, row(s, s->b, i) + j * s->bcs * size,
				  s->bcs);
	}
}

static void multiply_piece(void *arg, int64_t task)
{
	struct system s = piece_of(arg, task);
	int64_t size = kernels->gemm[s.type]->size;
	char *room = room_take((size_t)(s.n * s.columns * size));
	struct product p = {
		.type = s.type,
		.m = s.n,
		.n = s.columns,
		.k = s.n,
		.a = { .at = s.a.a,
		       .rs = s.a.rs,
		       .cs = s.a.cs,
		       .conj = s.a.conj,
		       .triangle = s.a.upper ? 'U' : 'L',
		       .unit = s.a.unit },
		.b = { .at = s.b, .rs = s.bcs, .cs = s.brs },
		.finish = { .alpha = s.alpha,
			    .beta = s.alpha,
			    .rs = 1,
			    .cs = s.n,
			    .overwrite = true },
		.c = room,
	};

	if (!room) {
		kernels->triangle[s.type]->replace(&s.a, s.n, s.columns,
						   s.alpha, s.b, s.brs, s.bcs);
		return;
	}
	product(&p);
	put_back(&s, room);
	room_give(room);
}

/* Pieces by columns, as many as threads have use for. */
static void in_pieces(struct system *s, void (*work)(void *, int64_t))
{
	int64_t threads = pool_threads();
	int64_t least_work = same_blocks.work ? same_blocks.work : SHARED_WORK;
	double whole = (double)s->n * (double)s->n * (double)s->columns;

	if (whole < (double)least_work)
		threads = 1;
	s->piece = (s->columns + threads - 1) / threads;
	if (s->piece > (threads > 1 ? PIECE : ROOMY))
		s->piece = threads > 1 ? PIECE : ROOMY;
	pool_run((s->columns + s->piece - 1) / s->piece, work, s);
}

/* Upside down: what was upper is lower. */
static void reverse(struct system *s)
{
	s->a.a = element(s, s->n - 1, s->n - 1);
	s->a.rs = -s->a.rs;
	s->a.cs = -s->a.cs;
	s->b = row(s, s->b, s->n - 1);
	s->brs = -s->brs;
	s->reversed = true;
}

static struct system system_of(enum same_type type, char side, char uplo,
			       char trans, char diag, int64_t m, int64_t n,
			       const void *alpha, const void *a, int64_t lda,
			       void *b, int64_t ldb)
{
	bool left = side == 'L';
	/* On the right, all is transposed. */
	bool turned = (trans == 'T' || trans == 'C') != !left;

	return (struct system){
		.type = type,
		.a = { .a = a,
		       .rs = turned ? lda : 1,
		       .cs = turned ? 1 : lda,
		       .conj = trans == 'C' || trans == 'R',
		       .unit = diag == 'U',
		       .upper = (uplo == 'U') != turned },
		.n = left ? m : n,
		.columns = left ? n : m,
		.b = b,
		.brs = left ? 1 : ldb,
		.bcs = left ? ldb : 1,
		.alpha = alpha,
	};
}

void same_trmm(enum same_type type, char side, char uplo, char trans,
	       char diag, int64_t m, int64_t n, const void *alpha,
	       const void *a, int64_t lda, void *b, int64_t ldb)
{
	struct system s = system_of(type, side, uplo, trans, diag, m, n, alpha,
				    a, lda, b, ldb);
	const union scalar zero = { .d = { 0, 0 } };

	if (!m || !n)
		return;
	if (is_zero(type, alpha))
		scale_matrix(type, m, n, 0, false, &zero, b, ldb);
	else
		in_pieces(&s, multiply_piece);
}

void same_trsm(enum same_type type, char side, char uplo, char trans,
	       char diag, int64_t m, int64_t n, const void *alpha,
	       const void *a, int64_t lda, void *b, int64_t ldb)
{
	struct system s = system_of(type, side, uplo, trans, diag, m, n, alpha,
				    a, lda, b, ldb);
	const union scalar zero = { .d = { 0, 0 } };

	if (!m || !n)
		return;
	if (is_zero(type, alpha)) {
		scale_matrix(type, m, n, 0, false, &zero, b, ldb);
		return;
	}
	if (s.a.upper)
		reverse(&s);
	in_pieces(&s, solve_piece);
}
