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
	bool rows = view_rows(&type);
	struct view s = view_of(a, lda, rows, 'N');
	struct view g = view_of(b, ldb, rows, 'N');
	struct product p = {
		.type = type,
		.m = m,
		.n = n,
		.finish = finish_of(alpha, beta, ldc, rows),
		.c = c,
	};

	if (!m || !n)
		return;
	if (is_zero(type, alpha)) {
		scale_result(&p, false);
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
static void triangle_of(enum same_type type, bool hermitian, bool rows,
			char uplo, int64_t n, int64_t k, const void *alpha,
			struct view a, struct view b, const void *beta,
			void *c, int64_t ldc)
{
	struct product p = {
		.type = type,
		.m = n,
		.n = n,
		.k = k,
		.a = a,
		.b = view_turned(b),
		.finish = finish_of(alpha, beta, ldc, rows),
		.c = c,
	};

	if (!n)
		return;
	p.finish.uplo = uplo;
	p.finish.hermitian = hermitian;
	if (!k || is_zero(type, alpha)) {
		scale_result(&p, hermitian);
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
	bool rows = view_rows(&type);

	triangle_of(type, false, rows, uplo, n, k, alpha,
		    view_of(a, lda, rows, transa),
		    view_of(b, ldb, rows, transb), beta, c, ldc);
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
	bool rows = view_rows(&type);
	union scalar real_alpha, real_beta;

	if (hermitian) {
		real_alpha = scalar_of_real(type, alpha);
		real_beta = scalar_of_real(type, beta);
		alpha = &real_alpha;
		beta = &real_beta;
	}
	triangle_of(type, hermitian, rows, uplo, n, k, alpha,
		    view_of(a, lda, rows, trans),
		    view_of(a, lda, rows, opposite(trans, hermitian)), beta, c,
		    ldc);
}

void same_syr2k(enum same_type type, bool hermitian, char uplo, char trans,
		int64_t n, int64_t k, const void *alpha, const void *a,
		int64_t lda, const void *b, int64_t ldb, const void *beta,
		void *c, int64_t ldc)
{
	bool rows = view_rows(&type);
	char other = opposite(trans, hermitian);
	union scalar one = scalar_one(type), real_beta, second;

	if (hermitian) {
		real_beta = scalar_of_real(type, beta);
		beta = &real_beta;
		second = scalar_conjugate(type, alpha);
	}
	triangle_of(type, hermitian, rows, uplo, n, k, alpha,
		    view_of(a, lda, rows, trans),
		    view_of(b, ldb, rows, other), beta, c, ldc);
	triangle_of(type, hermitian, rows, uplo, n, k,
		    hermitian ? &second : alpha, view_of(b, ldb, rows, trans),
		    view_of(a, lda, rows, other), &one, c, ldc);
}
