/* SPDX-License-Identifier: MIT */
/* Products with, and updates of, matrices of which one triangle is kept. */
#include "product.h"
#include "scalar.h"
#include "view.h"

void same_symm(enum same_type type, bool hermitian, char side, char uplo,
	       int64_t m, int64_t n, const void *alpha, const void *a,
	       int64_t lda, const void *b, int64_t ldb, const void *beta,
	       void *c, int64_t ldc)
{
	struct view s = view_of(a, lda, 'N'), g = view_of(b, ldb, 'N');
	struct product p = {
		.type = type,
		.m = m,
		.n = n,
		.finish = { .alpha = alpha, .beta = beta, .rs = 1, .cs = ldc },
		.c = c,
	};

	if (!m || !n)
		return;
	if (is_zero(type, alpha)) {
		scale_matrix(type, m, n, 0, false, beta, c, ldc);
		return;
	}
	s.mirror = uplo;
	s.hermitian = hermitian;
	p.k = side == 'L' ? m : n;
	p.a = side == 'L' ? s : g;
	p.b = view_turned(side == 'L' ? g : s);
	p.finish.overwrite = is_zero(type, beta);
	product(&p);
}

/* One triangle of C = alpha * a * b + beta * C. */
static void triangle_of(enum same_type type, bool hermitian, char uplo,
			int64_t n, int64_t k, const void *alpha, struct view a,
			struct view b, const void *beta, void *c, int64_t ldc)
{
	struct product p = {
		.type = type,
		.m = n,
		.n = n,
		.k = k,
		.a = a,
		.b = view_turned(b),
		.finish = { .alpha = alpha,
			    .beta = beta,
			    .rs = 1,
			    .cs = ldc,
			    .uplo = uplo,
			    .hermitian = hermitian },
		.c = c,
	};

	if (!n)
		return;
	if (!k || is_zero(type, alpha)) {
		if (!is_one(type, beta))
			scale_matrix(type, n, n, uplo, hermitian, beta, c, ldc);
		return;
	}
	p.finish.overwrite = is_zero(type, beta);
	product(&p);
}

void same_gemmt(enum same_type type, char uplo, char transa, char transb,
		int64_t n, int64_t k, const void *alpha, const void *a,
		int64_t lda, const void *b, int64_t ldb, const void *beta,
		void *c, int64_t ldc)
{
	triangle_of(type, false, uplo, n, k, alpha, view_of(a, lda, transa),
		    view_of(b, ldb, transb), beta, c, ldc);
}

/* The second operand of an update: the first one's (conjugate) transpose. */
static char opposite(char trans, bool hermitian)
{
	if (trans == 'N')
		return hermitian ? 'C' : 'T';
	return 'N';
}

void same_syrk(enum same_type type, bool hermitian, char uplo, char trans,
	       int64_t n, int64_t k, const void *alpha, const void *a,
	       int64_t lda, const void *beta, void *c, int64_t ldc)
{
	union scalar real_alpha, real_beta;

	if (hermitian) {
		real_alpha = scalar_of_real(type, alpha);
		real_beta = scalar_of_real(type, beta);
		alpha = &real_alpha;
		beta = &real_beta;
	}
	triangle_of(type, hermitian, uplo, n, k, alpha, view_of(a, lda, trans),
		    view_of(a, lda, opposite(trans, hermitian)), beta, c, ldc);
}

void same_syr2k(enum same_type type, bool hermitian, char uplo, char trans,
		int64_t n, int64_t k, const void *alpha, const void *a,
		int64_t lda, const void *b, int64_t ldb, const void *beta,
		void *c, int64_t ldc)
{
	char other = opposite(trans, hermitian);
	union scalar one = scalar_one(type), real_beta, second;

	if (hermitian) {
		real_beta = scalar_of_real(type, beta);
		beta = &real_beta;
		second = scalar_conjugate(type, alpha);
	}
	triangle_of(type, hermitian, uplo, n, k, alpha, view_of(a, lda, trans),
		    view_of(b, ldb, other), beta, c, ldc);
	triangle_of(type, hermitian, uplo, n, k, hermitian ? &second : alpha,
		    view_of(b, ldb, trans), view_of(a, lda, other), &one, c,
		    ldc);
}
