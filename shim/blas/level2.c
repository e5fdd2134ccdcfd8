/* SPDX-License-Identifier: MIT */
/* Level 2: products of a matrix and a vector. */
#include <stddef.h>

#include "columns.h"
#include "memory.h"
#include "pool.h"
#include "scalar.h"

#define SUMS 16384 /* bytes of sums: they stay in the first cache */
#define SPARE 64   /* bytes of a vector that is written whole */

/* y = alpha * op(a) * x + beta * y */
struct product2 {
	enum same_type type;
	struct columns a;
	struct kind kind;
	bool symmetric;
	int64_t length; /* of y */
	const void *alpha, *beta;
	struct line x, y;
	bool overwrite;
	int64_t piece;
};

static void clear(char *sum, int64_t bytes)
{
	for (int64_t i = 0; i < bytes; i++)
		sum[i] = 0;
}

static void sums(const struct product2 *p, int64_t first, int64_t end,
		 char *sum)
{
	const struct level2_kernel *k = kernels->level2[p->type];
	struct span s = span_of(&p->a, first, end);

	if (p->symmetric) {
		k->symmetric(&p->a, first, end, p->kind, p->x, sum);
	} else if (p->kind.turned) {
		k->dots(&p->a, first, end, p->kind.conj, p->x, sum);
	} else {
		clear(sum, (end - first) * kernels->gemm[p->type]->size);
		k->rows(&p->a, &s, p->kind.conj, p->x, sum);
	}
}

/* A symmetric matrix is read once where there is room for all sums. */
static void multiply_piece(void *arg, int64_t task)
{
	const struct product2 *p = arg;
	int64_t first = task * p->piece, end = first + p->piece, now;
	char few[SUMS + SPARE] __attribute__((aligned(64))), *sum = few;
	void *room = NULL;

	end = end < p->length ? end : p->length;
	now = SUMS / kernels->gemm[p->type]->size;
	if (p->symmetric && end - first > now)
		room = room_take(
			(size_t)((end - first) * kernels->gemm[p->type]->size) +
			SPARE);
	if (room) {
		sum = room;
		now = end - first;
	}
	for (; first < end; first += now) {
		now = now < end - first ? now : end - first;
		sums(p, first, first + now, sum);
		kernels->level2[p->type]->end(now, sum, p->alpha, p->beta,
					      p->overwrite,
					      line_at(p->type, p->y, first));
	}
	if (room)
		room_give(room);
}

static void multiply(struct product2 *p)
{
	int64_t other = p->kind.turned ? p->a.m : p->a.n;
	void *room;

	if (is_zero(p->type, p->alpha)) {
		if (!is_one(p->type, p->beta))
			kernels->level1[p->type]->scale(
				p->length, p->beta, p->y.at, p->y.inc,
				is_zero(p->type, p->beta));
		return;
	}
	p->overwrite = is_zero(p->type, p->beta);
	p->x = in_a_row(p->type, p->x, other, &room);
	p->piece = part_of(p->length, (double)p->a.m * (double)p->a.n, 1);
	pool_run((p->length + p->piece - 1) / p->piece, multiply_piece, p);
	if (room)
		room_give(room);
}

static void general(enum same_type type, char trans, struct columns a,
		    const void *alpha, const void *x, int64_t incx,
		    const void *beta, void *y, int64_t incy)
{
	bool turned = trans == 'T' || trans == 'C';
	struct product2 p = {
		.type = type,
		.a = a,
		.kind = { .turned = turned,
			  .conj = trans == 'C' || trans == 'R' },
		.length = turned ? a.n : a.m,
		.alpha = alpha,
		.beta = beta,
	};

	if (a.m <= 0 || a.n <= 0)
		return;
	p.x = line_of(type, x, turned ? a.m : a.n, incx);
	p.y = line_of(type, y, p.length, incy);
	multiply(&p);
}

void same_gemv(enum same_type type, char trans, int64_t m, int64_t n,
	       const void *alpha, const void *a, int64_t lda, const void *x,
	       int64_t incx, const void *beta, void *y, int64_t incy)
{
	general(type, trans, columns_dense(a, lda, m, n), alpha, x, incx, beta,
		y, incy);
}

void same_gbmv(enum same_type type, char trans, int64_t m, int64_t n,
	       int64_t kl, int64_t ku, const void *alpha, const void *a,
	       int64_t lda, const void *x, int64_t incx, const void *beta,
	       void *y, int64_t incy)
{
	struct columns c =
		columns_dense((const char *)a + ku * kernels->gemm[type]->size,
			      lda - 1, m, n);

	c.above = ku;
	c.below = kl;
	general(type, trans, c, alpha, x, incx, beta, y, incy);
}

static void symmetric(enum same_type type, enum same_symmetry symmetry,
		      const struct storage *s, const void *alpha, const void *x,
		      int64_t incx, const void *beta, void *y, int64_t incy)
{
	struct product2 p = {
		.type = type,
		.a = columns_stored(type, s, true),
		.kind = { .upper = s->uplo == 'U',
			  .conj = symmetry == SAME_CONJUGATE,
			  .hermitian = symmetry != SAME_SYMMETRIC },
		.symmetric = true,
		.length = s->n,
		.alpha = alpha,
		.beta = beta,
		.x = line_of(type, x, s->n, incx),
		.y = line_of(type, y, s->n, incy),
	};

	if (s->n > 0)
		multiply(&p);
}

void same_symv(enum same_type type, enum same_symmetry symmetry, char uplo,
	       int64_t n, const void *alpha, const void *a, int64_t lda,
	       const void *x, int64_t incx, const void *beta, void *y,
	       int64_t incy)
{
	struct storage s = { .uplo = uplo, .n = n, .a = a, .lda = lda };

	symmetric(type, symmetry, &s, alpha, x, incx, beta, y, incy);
}

void same_sbmv(enum same_type type, enum same_symmetry symmetry, char uplo,
	       int64_t n, int64_t k, const void *alpha, const void *a,
	       int64_t lda, const void *x, int64_t incx, const void *beta,
	       void *y, int64_t incy)
{
	struct storage s = { uplo, n, a, lda, true, k };

	symmetric(type, symmetry, &s, alpha, x, incx, beta, y, incy);
}

void same_spmv(enum same_type type, enum same_symmetry symmetry, char uplo,
	       int64_t n, const void *alpha, const void *ap, const void *x,
	       int64_t incx, const void *beta, void *y, int64_t incy)
{
	struct storage s = { .uplo = uplo, .n = n, .a = ap };

	symmetric(type, symmetry, &s, alpha, x, incx, beta, y, incy);
}
