/* SPDX-License-Identifier: MIT */
#include "product.h"
#include "scalar.h"
#include "view.h"

void same_gemm(enum same_type type, char transa, char transb, int64_t m,
	       int64_t n, int64_t k, const void *alpha, const void *a,
	       int64_t lda, const void *b, int64_t ldb, const void *beta,
	      void *c, int64_t ldc)
{
	struct product p = {
		.type = type,
		.m = m,
		.n = n,
		.k = k,
		.a = view_of(a, lda, transa),
		.b = view_turned(view_of(b, ldb, transb)),
		.finish = { .alpha = alpha, .beta = beta, .rs = 1, .cs = ldc },
		.c = c,
	};

	if (!m || !n)
		return;
	if (!k || is_zero(type, alpha)) {
		scale_matrix(type, m, n, 0, false, beta, c, ldc);
		return;
	}
	p.finish.overwrite = is_zero(type, beta);
	product(&p);
}
