/* SPDX-License-Identifier: MIT */
#include "columns.h"
#include "memory.h"
#include "pool.h"
#include "product.h"
#include "scalar.h"
#include "view.h"

/* Rows of a matrix times a vector; threads have some each. */
struct rows {
	enum same_type type;
	const struct view *a;
	int64_t m, k, part;
	const void *x;
	struct finish finish;
	char *c;
};

static void some_rows(void *arg, int64_t i)
{
	const struct rows *r = arg;
	const struct gemm_kernel *g = kernels->gemm[r->type];
	int64_t from = i * r->part;
	int64_t m = r->m - from < r->part ? r->m - from : r->part;

	g->rows(m, r->k, (const char *)r->a->at + from * r->a->rs * g->size,
		r->a->rs, r->x, &r->finish,
		r->c + from * r->finish.rs * g->size);
}

/* Each row is contiguous. */
static bool by_rows(const struct product *p, const struct view *a, int64_t m,
		    struct line x, int64_t incc)
{
	void *room;
	struct rows r = { .type = p->type,
			  .a = a,
			  .m = m,
			  .k = p->k,
			  .finish = p->finish,
			  .c = p->c };

	x = in_a_row(p->type, x, p->k, &room);
	if (x.inc == 1) {
		r.x = x.at;
		r.finish.rs = incc;
		r.part = part_of(m, (double)m * (double)p->k, 1);
		pool_run((m + r.part - 1) / r.part, some_rows, &r);
	}
	if (room)
		room_give(room);
	return x.inc == 1;
}

/* c = alpha * a * x + beta * c: no tile that is mostly padding. Where a's rows
 * lie beside each other, gemv has the same chains of real numbers. */
static bool as_vector(const struct product *p, const struct view *a, int64_t m,
		      const struct view *x, int64_t incc)
{
	if (p->type >= SAME_C)
		return false;
	if (a->rs != 1)
		return a->cs == 1 &&
		       by_rows(p, a, m,
			       (struct line){ (void *)(uintptr_t)x->at, x->cs },
			       incc);
	same_gemv(p->type, 'N', m, p->k, p->finish.alpha, a->at, a->cs, x->at,
		  x->cs, p->finish.beta, p->c, incc);
	return true;
}

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
	if ((n == 1 && as_vector(&p, &p.a, m, &p.b, p.finish.rs)) ||
	    (m == 1 && as_vector(&p, &p.b, n, &p.a, p.finish.cs)))
		return;
	product(&p);
}

/* Products that do not depend on each other: threads have some each. */
struct batch {
	enum same_type type;
	char transa, transb;
	int64_t m, n, k, lda, ldb, ldc;
	const void *alpha, *beta;
	const void *const *a, *const *b; /* NULL: evenly spaced */
	void *const *c;
	const char *first_a, *first_b;
	char *first_c;
	int64_t stride_a, stride_b, stride_c; /* bytes */
};

static void one_of(void *arg, int64_t i)
{
	const struct batch *b = arg;

	same_gemm(b->type, b->transa, b->transb, b->m, b->n, b->k, b->alpha,
		  b->a ? b->a[i] : b->first_a + i * b->stride_a, b->lda,
		  b->b ? b->b[i] : b->first_b + i * b->stride_b, b->ldb,
		  b->beta, b->c ? b->c[i] : b->first_c + i * b->stride_c,
		  b->ldc);
}

static void batch(struct batch *b, int64_t count)
{
	int64_t least = same_blocks.work ? same_blocks.work : SHARED_WORK;
	double work = (double)b->m * (double)b->n * (double)b->k;

	if (count >= pool_threads() && work * (double)count >= (double)least) {
		pool_run(count, one_of, b);
		return;
	}
	for (int64_t i = 0; i < count; i++)
		one_of(b, i);
}

void same_gemm_batch(enum same_type type, char transa, char transb, int64_t m,
		     int64_t n, int64_t k, const void *alpha,
		     const void *const *a, int64_t lda, const void *const *b,
		     int64_t ldb, const void *beta, void *const *c, int64_t ldc,
		     int64_t count)
{
	struct batch all = {
		.type = type,
		.transa = transa,
		.transb = transb,
		.m = m,
		.n = n,
		.k = k,
		.lda = lda,
		.ldb = ldb,
		.ldc = ldc,
		.alpha = alpha,
		.beta = beta,
		.a = a,
		.b = b,
		.c = c,
	};

	batch(&all, count);
}

void same_gemm_strided(enum same_type type, char transa, char transb, int64_t m,
		       int64_t n, int64_t k, const void *alpha, const void *a,
		       int64_t lda, int64_t stridea, const void *b, int64_t ldb,
		       int64_t strideb, const void *beta, void *c, int64_t ldc,
		       int64_t stridec, int64_t count)
{
	int64_t size = kernels->gemm[type & ~SAME_ROWS]->size;
	struct batch all = {
		.type = type,
		.transa = transa,
		.transb = transb,
		.m = m,
		.n = n,
		.k = k,
		.lda = lda,
		.ldb = ldb,
		.ldc = ldc,
		.alpha = alpha,
		.beta = beta,
		.first_a = a,
		.first_b = b,
		.first_c = c,
		.stride_a = stridea * size,
		.stride_b = strideb * size,
		.stride_c = stridec * size,
	};

	batch(&all, count);
}
