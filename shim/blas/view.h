/* SPDX-License-Identifier: MIT */
#ifndef SAMEBITS_VIEW_H
#define SAMEBITS_VIEW_H

#include "product.h"
#include "scalar.h"

/* Takes SAME_ROWS off the type. */
static inline bool view_rows(enum same_type *type)
{
	bool rows = *type & SAME_ROWS;

	*type &= ~(unsigned)SAME_ROWS;
	return rows;
}

/* trans: N, T, C or R */
static inline struct view view_of(const void *a, int64_t lda, bool rows,
				  char trans)
{
	bool turned = (trans == 'T' || trans == 'C') != rows;

	return (struct view){ .at = a,
			      .rs = turned ? lda : 1,
			      .cs = turned ? 1 : lda,
			      .conj = trans == 'C' || trans == 'R' };
}

static inline struct view view_turned(struct view v)
{
	int64_t rs = v.rs;

	v.rs = v.cs;
	v.cs = rs;
	if (v.mirror)
		v.mirror = v.mirror == 'L' ? 'U' : 'L';
	return v;
}

/* Of a result: all of it, unless more is said. */
static inline struct finish finish_of(const void *alpha, const void *beta,
				      int64_t ldc, bool rows)
{
	return (struct finish){ .alpha = alpha,
				.beta = beta,
				.rs = rows ? ldc : 1,
				.cs = rows ? 1 : ldc };
}

/* C = beta * C, without a product. */
static inline void scale_result(const struct product *p, bool hermitian)
{
	const struct finish *f = &p->finish;
	char uplo = f->uplo;

	if (f->rs == 1) {
		scale_matrix(p->type, p->m, p->n, uplo, hermitian, f->beta,
			     p->c, f->cs);
		return;
	}
	if (uplo)
		uplo = uplo == 'L' ? 'U' : 'L';
	scale_matrix(p->type, p->n, p->m, uplo, hermitian, f->beta, p->c,
		     f->rs);
}

#endif
