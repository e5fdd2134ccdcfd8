/* SPDX-License-Identifier: MIT */
#include "product.h"
#include "scalar.h"
#include "view.h"

void same_gemm(enum same_type type, char transa, char transb, int64_t m,
	       int64_t n, int64_t k, const void *alpha, const void *a,
	       int64_t lda, const void *b, int64_t ldb, const void *beta,
	      void *c, int64_t ldc)
{
	bool rows = view_rows(&type);
	struct product p = {
		.type = type,
		.m = m,
		.n = n,
		.k = k,
		.a = view_of(a, lda, rows, transa),
		.b = view_turned(view_of(b, ldb, rows, transb)),
		.finish = finish_of(alpha, beta, ldc, rows),
		.c = c,
	};

	if (!m || !n)
		return;
	if (!k || is_zero(type, alpha)) {
		scale_result(&p, false);
		return;
	}
	p.finish.overwrite = is_zero(type, beta);
	product(&p);
}
