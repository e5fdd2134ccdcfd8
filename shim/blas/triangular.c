/* SPDX-License-Identifier: MIT */
/* Level 2: triangular matrices, dense, band and packed. */
#include <stddef.h>

#include "columns.h"
#include "memory.h"
#include "scalar.h"

#define SUMS 16384 /* bytes */

static struct kind kind_of(char uplo, char trans, char diag)
{
	return (struct kind){ .upper = uplo == 'U',
			      .conj = trans == 'C' || trans == 'R',
			      .unit = diag == 'U',
			      .turned = trans == 'T' || trans == 'C' };
}

/* Rows first.. of the product, from x as it still is. */
static void sums(enum same_type type, const struct columns *a, struct kind kind,
		 struct line x, int64_t first, int64_t end, void *sum)
{
	const struct level2_kernel *k = kernels->level2[type];
	struct span s = span_of(a, first, end);
	char *byte = sum;

	if (kind.turned) {
		k->dots(a, first, end, kind.conj, x, sum);
		k->diagonal(a, first, end, kind, x, sum);
		return;
	}
	for (int64_t i = 0; i < (end - first) * kernels->gemm[type]->size; i++)
		byte[i] = 0;
	if (kind.upper)
		k->diagonal(a, first, end, kind, x, sum);
	k->rows(a, &s, kind.conj, x, sum);
	if (!kind.upper)
		k->diagonal(a, first, end, kind, x, sum);
}

/* In place: rows that no other one needs any more come first. */
static void multiply(enum same_type type, const struct storage *s, char trans,
		     char diag, struct line x)
{
	struct columns a = columns_stored(type, s, true);
	struct kind kind = kind_of(s->uplo, trans, diag);
	union scalar one = scalar_one(type);
	int64_t most = SUMS / kernels->gemm[type]->size, n, first;
	char sum[SUMS] __attribute__((aligned(64)));

	for (int64_t done = 0; done < s->n; done += n) {
		n = s->n - done < most ? s->n - done : most;
		first = kind.upper != kind.turned ? done : s->n - done - n;
		sums(type, &a, kind, x, first, first + n, sum);
		kernels->level2[type]->end(n, sum, &one, &one, true,
					   line_at(type, x, first));
	}
}

static void solve(enum same_type type, const struct storage *s, char trans,
		  char diag, struct line x)
{
	struct columns a = columns_stored(type, s, true);

	kernels->level2[type]->solve(&a, kind_of(s->uplo, trans, diag), x);
}

/* Where x does not lie in a row, in a copy if there is memory. */
static void in_place(enum same_type type, const struct storage *s, char trans,
		     char diag, void *x, int64_t incx,
		     void (*work)(enum same_type, const struct storage *, char,
				  char, struct line))
{
	struct line line, row;
	void *room;

	if (s->n <= 0)
		return;
	line = line_of(type, x, s->n, incx);
	row = in_a_row(type, line, s->n, &room);
	work(type, s, trans, diag, row);
	if (!room)
		return;
	same_copy(type, s->n, room, 1, x, incx);
	room_give(room);
}

void same_trmv(enum same_type type, char uplo, char trans, char diag, int64_t n,
	       const void *a, int64_t lda, void *x, int64_t incx)
{
	struct storage s = { .uplo = uplo, .n = n, .a = a, .lda = lda };

	in_place(type, &s, trans, diag, x, incx, multiply);
}

void same_tbmv(enum same_type type, char uplo, char trans, char diag, int64_t n,
	       int64_t k, const void *a, int64_t lda, void *x, int64_t incx)
{
	struct storage s = { uplo, n, a, lda, true, k };

	in_place(type, &s, trans, diag, x, incx, multiply);
}

void same_tpmv(enum same_type type, char uplo, char trans, char diag, int64_t n,
	       const void *a, void *x, int64_t incx)
{
	struct storage s = { .uplo = uplo, .n = n, .a = a };

	in_place(type, &s, trans, diag, x, incx, multiply);
}

void same_trsv(enum same_type type, char uplo, char trans, char diag, int64_t n,
	       const void *a, int64_t lda, void *x, int64_t incx)
{
	struct storage s = { .uplo = uplo, .n = n, .a = a, .lda = lda };

	in_place(type, &s, trans, diag, x, incx, solve);
}

void same_tbsv(enum same_type type, char uplo, char trans, char diag, int64_t n,
	       int64_t k, const void *a, int64_t lda, void *x, int64_t incx)
{
	struct storage s = { uplo, n, a, lda, true, k };

	in_place(type, &s, trans, diag, x, incx, solve);
}

void same_tpsv(enum same_type type, char uplo, char trans, char diag, int64_t n,
	       const void *a, void *x, int64_t incx)
{
	struct storage s = { .uplo = uplo, .n = n, .a = a };

	in_place(type, &s, trans, diag, x, incx, solve);
}
