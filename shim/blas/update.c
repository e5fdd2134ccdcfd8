/* SPDX-License-Identifier: MIT */
/* Level 2: updates of rank 1 and 2. */
#include <stddef.h>

#include "columns.h"
#include "memory.h"
#include "pool.h"
#include "scalar.h"

/* a += the terms */
struct change {
	enum same_type type;
	struct columns a;
	bool hermitian;
	int terms;
	struct update u[2];
	int64_t piece;
};

static void change_piece(void *arg, int64_t task)
{
	const struct change *c = arg;
	int64_t from = task * c->piece, to = from + c->piece;

	kernels->level2[c->type]->update(&c->a, from, to < c->a.n ? to : c->a.n,
					 c->u, c->terms, c->hermitian);
}

static void change(struct change *c)
{
	void *room[2] = { NULL, NULL };
	double work = (double)c->a.m * (double)c->a.n;

	for (int t = 0; t < c->terms; t++)
		c->u[t].row = in_a_row(c->type, c->u[t].row, c->a.m, &room[t]);
	c->piece = part_of(c->a.n, work, 4);
	pool_run((c->a.n + c->piece - 1) / c->piece, change_piece, c);
	for (int t = 0; t < c->terms; t++)
		if (room[t])
			room_give(room[t]);
}

void same_ger(enum same_type type, enum same_symmetry symmetry, int64_t m,
	      int64_t n, const void *alpha, const void *x, int64_t incx,
	      const void *y, int64_t incy, void *a, int64_t lda)
{
	struct change c = {
		.type = type,
		.a = columns_dense(a, lda, m, n),
		.terms = 1,
		.u = { { .alpha = scalar_of(type, alpha),
			 .row = line_of(type, x, m, incx),
			 .column = line_of(type, y, n, incy),
			 .conj_row = symmetry == SAME_CONJUGATE,
			 .conj_column = symmetry == SAME_HERMITIAN } },
	};

	if (m > 0 && n > 0 && !is_zero(type, alpha))
		change(&c);
}

static void rank_1(enum same_type type, enum same_symmetry symmetry,
		   const struct storage *s, const void *alpha, const void *x,
		   int64_t incx)
{
	struct line line = line_of(type, x, s->n, incx);
	bool hermitian = symmetry != SAME_SYMMETRIC;
	union scalar by = hermitian ? scalar_of_real(type, alpha)
				    : scalar_of(type, alpha);
	struct change c = {
		.type = type,
		.a = columns_stored(type, s, false),
		.hermitian = hermitian,
		.terms = 1,
		.u = { { .alpha = by,
			 .row = line,
			 .column = line,
			 .conj_row = symmetry == SAME_CONJUGATE,
			 .conj_column = symmetry == SAME_HERMITIAN } },
	};

	if (s->n > 0 && !is_zero(type, &by))
		change(&c);
}

void same_syr(enum same_type type, enum same_symmetry symmetry, char uplo,
	      int64_t n, const void *alpha, const void *x, int64_t incx,
	      void *a, int64_t lda)
{
	struct storage s = { .uplo = uplo, .n = n, .a = a, .lda = lda };

	rank_1(type, symmetry, &s, alpha, x, incx);
}

void same_spr(enum same_type type, enum same_symmetry symmetry, char uplo,
	      int64_t n, const void *alpha, const void *x, int64_t incx,
	      void *ap)
{
	struct storage s = { .uplo = uplo, .n = n, .a = ap };

	rank_1(type, symmetry, &s, alpha, x, incx);
}

/* The conjugate matrix has the terms' vectors in each other's place. */
static void rank_2(enum same_type type, enum same_symmetry symmetry,
		   const struct storage *s, const void *alpha, struct line x,
		   struct line y)
{
	bool hermitian = symmetry != SAME_SYMMETRIC;
	bool other = symmetry == SAME_CONJUGATE;
	union scalar second = hermitian ? scalar_conjugate(type, alpha)
					: scalar_of(type, alpha);
	struct change c = {
		.type = type,
		.a = columns_stored(type, s, false),
		.hermitian = hermitian,
		.terms = 2,
		.u = { { .alpha = scalar_of(type, alpha),
			 .row = other ? y : x,
			 .column = other ? x : y },
		       { .alpha = second,
			 .row = other ? x : y,
			 .column = other ? y : x } },
	};

	for (int t = 0; t < 2; t++) {
		c.u[t].conj_row = other;
		c.u[t].conj_column = symmetry == SAME_HERMITIAN;
	}
	if (s->n > 0 && !is_zero(type, alpha))
		change(&c);
}

void same_syr2(enum same_type type, enum same_symmetry symmetry, char uplo,
	       int64_t n, const void *alpha, const void *x, int64_t incx,
	       const void *y, int64_t incy, void *a, int64_t lda)
{
	struct storage s = { .uplo = uplo, .n = n, .a = a, .lda = lda };

	rank_2(type, symmetry, &s, alpha, line_of(type, x, n, incx),
	       line_of(type, y, n, incy));
}

void same_spr2(enum same_type type, enum same_symmetry symmetry, char uplo,
	       int64_t n, const void *alpha, const void *x, int64_t incx,
	       const void *y, int64_t incy, void *ap)
{
	struct storage s = { .uplo = uplo, .n = n, .a = ap };

	rank_2(type, symmetry, &s, alpha, line_of(type, x, n, incx),
	       line_of(type, y, n, incy));
}
