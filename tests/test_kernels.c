/* SPDX-License-Identifier: MIT */
/*
 * The kernels of --blas=same against their definition (shim/blas/README.md),
 * written out here as plain loops: every bit of every element, for every
 * instruction set this processor has, several thread counts and block sizes.
 */
#include <math.h>

#include "kernels/model.h"

struct gemm {
	enum same_type type;
	char ta, tb;
	int64_t m, n, k, lda, ldb, ldc;
	char alpha[16], beta[16];
	char *a, *b, *c;
	int64_t size_a, size_b, size_c;
};

static void define_gemm(const struct gemm *g, char *c)
{
	struct number alpha = get(g->type, g->alpha, 0);
	struct number beta = get(g->type, g->beta, 0), sum, old;
	bool nothing = !g->k || zero(g->type, alpha);

	if (nothing && beta.re == 1 && nil(g->type, beta.im))
		return;
	for (int64_t j = 0; j < g->n; j++)
		for (int64_t i = 0; i < g->m; i++) {
			old = get(g->type, c, i + j * g->ldc);
			sum = (struct number){ 0, 0 };
			for (int64_t p = 0; p < g->k && !nothing; p++)
				sum = chain(g->type,
					    operand(g->type, g->a, g->lda,
						    g->ta, i, p),
					    operand(g->type, g->b, g->ldb,
						    g->tb, p, j),
					    sum);
			if (!nothing)
				sum = ended(g->type, sum, alpha, beta, old);
			else if (!zero(g->type, beta))
				sum = scaled(g->type, beta, old);
			put(g->type, c, i + j * g->ldc, sum);
		}
}

/* From the first to the last element of a matrix. */
static int64_t extent(int64_t rows, int64_t columns, int64_t ld)
{
	return rows && columns ? (columns - 1) * ld + rows : 0;
}

static void gemm_of(struct gemm *g, enum same_type t, int64_t m, int64_t n,
		    int64_t k, bool wild)
{
	static const char trans[] = "NTCR";
	int64_t rows_a, rows_b;

	*g = (struct gemm){ .type = t,
			    .ta = trans[below(4)],
			    .tb = trans[below(4)],
			    .m = m,
			    .n = n,
			    .k = k };
	rows_a = g->ta == 'N' || g->ta == 'R' ? g->m : g->k;
	rows_b = g->tb == 'N' || g->tb == 'R' ? g->k : g->n;
	g->lda = rows_a + 1 + below(3);
	g->ldb = rows_b + 1 + below(3);
	g->ldc = g->m + 1 + below(3);
	scalar(t, g->alpha, wild);
	scalar(t, g->beta, wild);
	g->size_a = extent(rows_a, g->m + g->k - rows_a, g->lda);
	g->size_b = extent(rows_b, g->n + g->k - rows_b, g->ldb);
	g->size_c = extent(g->m, g->n, g->ldc);
	g->a = guarded(t, g->size_a, wild);
	g->b = guarded(t, g->size_b, wild);
	g->c = guarded(t, g->size_c, wild);
}

static void random_gemm(struct gemm *g, enum same_type t, int64_t most,
			bool wild)
{
	gemm_of(g, t, length(most), length(most), length(most), wild);
}

static void drop_gemm(const struct gemm *g)
{
	unguard(g->type, g->a, g->size_a);
	unguard(g->type, g->b, g->size_b);
	unguard(g->type, g->c, g->size_c);
}

static void run_gemm(const struct gemm *g, char *c)
{
	same_gemm(g->type, g->ta, g->tb, g->m, g->n, g->k, g->alpha, g->a,
		  g->lda, g->b, g->ldb, g->beta, c, g->ldc);
}

static void differs(const char *what, const struct gemm *g, unsigned threads,
		    const char *c, const char *wanted)
{
	size_t one = size_of(g->type);

	for (int64_t i = 0; i < g->size_c; i++)
		if (memcmp(c + i * one, wanted + i * one, one)) {
			struct number x = get(g->type, c, i);
			struct number y = get(g->type, wanted, i);

			print_message("row %ld column %ld: %a %a, not %a %a\n",
				      (long)(i % g->ldc), (long)(i / g->ldc),
				      x.re, x.im, y.re, y.im);
			break;
		}
	fail_msg("%s type %d %c%c m %ld n %ld k %ld, %u threads, blocks %ld "
		 "%ld %ld, mxcsr %x: not as defined",
		 what, g->type, g->ta, g->tb, (long)g->m, (long)g->n,
		 (long)g->k, threads, (long)same_blocks.m, (long)same_blocks.n,
		 (long)same_blocks.k, _mm_getcsr());
}

static void random_blocks(void)
{
	same_blocks.work = 1;
	same_blocks.m = below(2) ? 0 : 1 + below(70);
	same_blocks.n = below(2) ? 0 : 1 + below(40);
	same_blocks.k = below(2) ? 0 : 1 + below(30);
}

/* Several ways to compute it, against the definition. */
static void check_gemm(const struct gemm *g)
{
	size_t bytes = (size_t)g->size_c * size_of(g->type);
	char *wanted = malloc(bytes + 1), *c;

	memcpy(wanted, g->c, bytes);
	define_gemm(g, wanted);
	for (int i = 0; i < ISAS; i++) {
		unsigned threads = some_threads();

		if (!use(isas[i], threads))
			continue;
		random_blocks();
		c = guarded(g->type, g->size_c, false);
		memcpy(c, g->c, bytes);
		run_gemm(g, c);
		if (memcmp(c, wanted, bytes))
			differs(isas[i], g, threads, c, wanted);
		unguard(g->type, c, g->size_c);
	}
	free(wanted);
}

static void many_gemm(int n, int64_t most, bool wild)
{
	struct gemm g;

	for (int i = 0; i < n; i++) {
		random_gemm(&g, (enum same_type)(i % TYPES), most, wild);
		check_gemm(&g);
		drop_gemm(&g);
	}
}

static void test_gemm(void **unused)
{
	(void)unused;
	many_gemm(400, 100, false);
}

static void test_gemm_wild(void **unused)
{
	(void)unused;
	many_gemm(400, 40, true);
}

/* One row or one column: a matrix times a vector. */
static void test_gemm_thin(void **unused)
{
	struct gemm g;

	(void)unused;
	for (int i = 0; i < 200; i++) {
		int64_t most = 1 + below(300);
		bool row = below(2);

		gemm_of(&g, (enum same_type)(i % TYPES), row ? 1 : most,
			row ? most : 1, length(200), i % 3 == 0);
		check_gemm(&g);
		drop_gemm(&g);
	}
}

/* One product with its operands and result `at` bytes behind a cache line. */
static void check_at(const struct gemm *of, size_t at_a, size_t at_b,
		     size_t at_c, const char *wanted)
{
	size_t one = size_of(of->type);
	size_t bytes[] = { (size_t)of->size_a * one, (size_t)of->size_b * one,
			   (size_t)of->size_c * one };
	const char *from[] = { of->a, of->b, of->c };
	size_t at[] = { at_a, at_b, at_c };
	struct gemm g = *of;
	char *room[3];

	for (int i = 0; i < 3; i++) {
		room[i] = aligned_alloc(64, (bytes[i] + 2 * 64) & -64ul);
		assert_non_null(room[i]);
		memcpy(room[i] + at[i], from[i], bytes[i]);
	}
	g.a = room[0] + at_a;
	g.b = room[1] + at_b;
	run_gemm(&g, room[2] + at_c);
	if (memcmp(room[2] + at_c, wanted, bytes[2]))
		differs("alignment", &g, 0, room[2] + at_c, wanted);
	for (int i = 0; i < 3; i++)
		free(room[i]);
}

static void check_alignments(const struct gemm *g)
{
	size_t part = size_of(g->type) / (is_complex(g->type) ? 2 : 1);
	size_t bytes = (size_t)g->size_c * size_of(g->type);
	char *wanted = malloc(bytes);

	memcpy(wanted, g->c, bytes);
	define_gemm(g, wanted);
	for (int i = 0; i < ISAS; i++)
		for (int n = 0; n < THREADS; n++) {
			if (!use(isas[i], threads_of[n]))
				continue;
			random_blocks();
			for (size_t at = 0; at < 64; at += part)
				check_at(g, at, at * 3 % 64, at * 5 % 64,
					 wanted);
		}
	free(wanted);
}

static void test_alignments(void **unused)
{
	struct gemm g;

	(void)unused;
	for (int t = 0; t < TYPES; t++) {
		do
			random_gemm(&g, (enum same_type)t, 40, false);
		while (g.m < 9 || g.n < 9 || g.k < 9);
		check_alignments(&g);
		drop_gemm(&g);
	}
}

/* Each product of a batch is what it is alone. */
static void check_batch(const struct gemm *g, bool strided)
{
	int64_t whole = g->size_c, count = 5;
	size_t bytes = (size_t)whole * size_of(g->type);
	const void *a[5] = { g->a, g->a, g->a, g->a, g->a };
	const void *b[5] = { g->b, g->b, g->b, g->b, g->b };
	char *wanted = malloc(bytes + 1), *c = malloc((size_t)count * bytes + 1);
	void *each[5];

	memcpy(wanted, g->c, bytes);
	run_gemm(g, wanted);
	for (int64_t i = 0; i < count; i++) {
		each[i] = c + (size_t)i * bytes;
		memcpy(each[i], g->c, bytes);
	}
	if (strided)
		same_gemm_strided(g->type, g->ta, g->tb, g->m, g->n, g->k,
				  g->alpha, g->a, g->lda, 0, g->b, g->ldb, 0,
				  g->beta, c, g->ldc, whole, count);
	else
		same_gemm_batch(g->type, g->ta, g->tb, g->m, g->n, g->k,
				g->alpha, a, g->lda, b, g->ldb, g->beta, each,
				g->ldc, count);
	for (int64_t i = 0; i < count; i++)
		assert_memory_equal(each[i], wanted, bytes);
	free(wanted);
	free(c);
}

static void test_batch(void **unused)
{
	struct gemm g;

	(void)unused;
	for (int i = 0; i < 100; i++) {
		random_gemm(&g, (enum same_type)(i % TYPES), 50, false);
		assert_true(use("scalar", some_threads()));
		random_blocks();
		check_batch(&g, i / TYPES % 2);
		drop_gemm(&g);
	}
}

/* Level 3 with one triangle kept. All arguments of such a call. */
struct level3 {
	enum same_type type;
	bool hermitian;
	char side, uplo, trans, diag;
	int64_t m, n, k, lda, ldb, ldc;
	char alpha[16], beta[16];
	char *a, *b, *c;
	int64_t size_a, size_b, size_c;
};

static struct number conjugate(struct number x)
{
	x.im = -x.im;
	return x;
}

static bool wanted(char uplo, int64_t i, int64_t j)
{
	return uplo == 'L' ? i >= j : i <= j;
}

/* Element (i, j) of a symmetric or Hermitian matrix. */
static struct number mirrored(const struct level3 *l, int64_t i, int64_t j)
{
	struct number x;

	if (wanted(l->uplo, i, j))
		x = get(l->type, l->a, i + j * l->lda);
	else
		x = get(l->type, l->a, j + i * l->lda);
	if (l->hermitian && i == j)
		x.im = 0;
	if (l->hermitian && !wanted(l->uplo, i, j))
		x = conjugate(x);
	return x;
}

static void end_element(const struct level3 *l, char *c, int64_t i, int64_t j,
			bool nothing, struct number sum, struct number alpha,
			struct number beta)
{
	struct number old = get(l->type, c, i + j * l->ldc), r;

	if (nothing && beta.re == 1 && nil(l->type, beta.im))
		return;
	if (!nothing)
		r = ended(l->type, sum, alpha, beta, old);
	else if (zero(l->type, beta))
		r = (struct number){ 0, 0 };
	else
		r = scaled(l->type, beta, old);
	put(l->type, c, i + j * l->ldc, r);
}

static void define_symm(const struct level3 *l, char *c)
{
	struct number alpha = get(l->type, l->alpha, 0);
	struct number beta = get(l->type, l->beta, 0), sum;
	int64_t k = l->side == 'L' ? l->m : l->n;

	for (int64_t j = 0; j < l->n; j++)
		for (int64_t i = 0; i < l->m; i++) {
			sum = (struct number){ 0, 0 };
			for (int64_t p = 0; p < k; p++)
				sum = l->side == 'L' ?
					      chain(l->type, mirrored(l, i, p),
						    get(l->type, l->b,
							p + j * l->ldb),
						    sum) :
					      chain(l->type,
						    get(l->type, l->b,
							i + p * l->ldb),
						    mirrored(l, p, j), sum);
			end_element(l, c, i, j, zero(l->type, alpha), sum, alpha, beta);
		}
}

/* One triangle of alpha * op(a) * op'(b) + beta * c */
static void define_rank(const struct level3 *l, const char *a, int64_t lda,
			const char *b, int64_t ldb, struct number alpha,
			struct number beta, char *c)
{
	char other = l->trans != 'N' ? 'N' : l->hermitian ? 'C' : 'T';
	bool nothing = zero(l->type, alpha) || !l->k;
	struct number sum, d;

	for (int64_t j = 0; j < l->n; j++)
		for (int64_t i = 0; i < l->n; i++) {
			if (!wanted(l->uplo, i, j))
				continue;
			sum = (struct number){ 0, 0 };
			for (int64_t p = 0; p < l->k; p++)
				sum = chain(l->type,
					    operand(l->type, a, lda, l->trans,
						    i, p),
					    operand(l->type, b, ldb, other, p,
						    j),
					    sum);
			end_element(l, c, i, j, nothing, sum, alpha, beta);
			if (l->hermitian && i == j &&
			    !(nothing && beta.re == 1)) {
				d = get(l->type, c, i + j * l->ldc);
				d.im = 0;
				put(l->type, c, i + j * l->ldc, d);
			}
		}
}

static void define_syrk(const struct level3 *l, char *c)
{
	struct number alpha = get(l->type, l->alpha, 0);
	struct number beta = get(l->type, l->beta, 0);

	if (l->hermitian)
		alpha.im = beta.im = 0;
	define_rank(l, l->a, l->lda, l->a, l->lda, alpha, beta, c);
}

static void define_syr2k(const struct level3 *l, char *c)
{
	struct number alpha = get(l->type, l->alpha, 0);
	struct number beta = get(l->type, l->beta, 0), one = { 1, 0 };

	if (l->hermitian)
		beta.im = 0;
	define_rank(l, l->a, l->lda, l->b, l->ldb, alpha, beta, c);
	if (l->hermitian)
		alpha = conjugate(alpha);
	define_rank(l, l->b, l->ldb, l->a, l->lda, alpha, one, c);
}

/* Element (i, p) of the triangle, as a row of the system needs it. */
static struct number triangular(const struct level3 *l, int64_t i, int64_t p)
{
	struct number one = { 1, 0 };

	if (i == p && l->diag == 'U')
		return one;
	return l->side == 'L' ? operand(l->type, l->a, l->lda, l->trans, i, p) :
				operand(l->type, l->a, l->lda, l->trans, p, i);
}

static int64_t place(const struct level3 *l, int64_t i, int64_t column)
{
	return l->side == 'L' ? i + column * l->ldc : column + i * l->ldc;
}

/* Is op(a), or its transpose on the right, upper? */
static bool is_upper(const struct level3 *l)
{
	bool turned = (l->trans == 'T' || l->trans == 'C') != (l->side == 'R');

	return (l->uplo == 'U') != turned;
}

static void define_trmm(const struct level3 *l, char *c)
{
	int64_t n = l->side == 'L' ? l->m : l->n;
	int64_t columns = l->side == 'L' ? l->n : l->m;
	struct number alpha = get(l->type, l->alpha, 0), sum;
	size_t bytes = (size_t)l->size_c * size_of(l->type);
	char *old = malloc(bytes + 1);

	memcpy(old, c, bytes);
	for (int64_t j = 0; j < columns; j++)
		for (int64_t i = 0; i < n; i++) {
			sum = (struct number){ 0, 0 };
			for (int64_t p = is_upper(l) ? i : 0;
			     p < (is_upper(l) ? n : i + 1); p++)
				sum = chain(l->type, triangular(l, i, p),
					    get(l->type, old, place(l, p, j)),
					    sum);
			sum = zero(l->type, alpha)
				      ? (struct number){ 0, 0 }
				      : scaled(l->type, alpha, sum);
			put(l->type, c, place(l, i, j), sum);
		}
	free(old);
}

static struct number negated(struct number x)
{
	return (struct number){ -x.re, -x.im };
}

static void define_trsm(const struct level3 *l, char *c)
{
	int64_t n = l->side == 'L' ? l->m : l->n;
	int64_t columns = l->side == 'L' ? l->n : l->m, i, p;
	struct number alpha = get(l->type, l->alpha, 0), x;
	bool up = is_upper(l);

	for (int64_t j = 0; j < columns; j++)
		for (int64_t step = 0; step < n; step++) {
			i = up ? n - 1 - step : step;
			x = get(l->type, c, place(l, i, j));
			if (zero(l->type, alpha))
				x = (struct number){ 0, 0 };
			else if (alpha.re != 1 || !nil(l->type, alpha.im))
				x = scaled(l->type, alpha, x);
			for (int64_t q = 0; q < step && !zero(l->type, alpha); q++) {
				p = up ? n - 1 - q : q;
				x = chain(l->type,
					  negated(triangular(l, i, p)),
					  get(l->type, c, place(l, p, j)), x);
			}
			if (l->diag != 'U' && !zero(l->type, alpha))
				x = quotient(l->type, x, triangular(l, i, i));
			put(l->type, c, place(l, i, j), x);
		}
}

static void run_symm(const struct level3 *l, char *c)
{
	same_symm(l->type, l->hermitian, l->side, l->uplo, l->m, l->n, l->alpha,
		  l->a, l->lda, l->b, l->ldb, l->beta, c, l->ldc);
}

static void run_syrk(const struct level3 *l, char *c)
{
	same_syrk(l->type, l->hermitian, l->uplo, l->trans, l->n, l->k,
		  l->alpha, l->a, l->lda, l->beta, c, l->ldc);
}

static void run_syr2k(const struct level3 *l, char *c)
{
	same_syr2k(l->type, l->hermitian, l->uplo, l->trans, l->n, l->k,
		   l->alpha, l->a, l->lda, l->b, l->ldb, l->beta, c, l->ldc);
}

static void run_trmm(const struct level3 *l, char *c)
{
	same_trmm(l->type, l->side, l->uplo, l->trans, l->diag, l->m, l->n,
		  l->alpha, l->a, l->lda, c, l->ldc);
}

static void run_trsm(const struct level3 *l, char *c)
{
	same_trsm(l->type, l->side, l->uplo, l->trans, l->diag, l->m, l->n,
		  l->alpha, l->a, l->lda, c, l->ldc);
}

struct routine {
	const char *name;
	void (*define)(const struct level3 *l, char *c);
	void (*run)(const struct level3 *l, char *c);
	const char *trans, *trans_hermitian;
	bool update; /* of the triangle of C; else C is m x n */
};

static const struct routine routines[] = {
	{ "symm", define_symm, run_symm, "N", "N", false },
	{ "syrk", define_syrk, run_syrk, "NT", "NC", true },
	{ "syr2k", define_syr2k, run_syr2k, "NT", "NC", true },
	{ "trmm", define_trmm, run_trmm, "NTCR", "NTCR", false },
	{ "trsm", define_trsm, run_trsm, "NTCR", "NTCR", false },
};
#define ROUTINES 5

static void random_level3(struct level3 *l, const struct routine *r,
			  enum same_type t, int64_t most, bool wild)
{
	const char *trans;
	int64_t side, rows;

	*l = (struct level3){ .type = t,
			      .hermitian = is_complex(t) && below(2),
			      .side = "LR"[below(2)],
			      .uplo = "LU"[below(2)],
			      .diag = "NU"[below(2)],
			      .m = length(most),
			      .n = length(most),
			      .k = length(most) };
	trans = l->hermitian ? r->trans_hermitian : r->trans;
	l->trans = trans[below((int64_t)strlen(trans))];
	side = l->side == 'L' ? l->m : l->n;
	rows = !r->update ? side : l->trans == 'N' ? l->n : l->k;
	l->lda = rows + 1 + below(3);
	l->ldb = (r->update ? rows : l->m) + 1 + below(3);
	l->ldc = (r->update ? l->n : l->m) + 1 + below(3);
	l->size_a = extent(rows, r->update ? l->n + l->k - rows : side, l->lda);
	l->size_b = r->update ? extent(rows, l->n + l->k - rows, l->ldb)
			      : extent(l->m, l->n, l->ldb);
	l->size_c = extent(r->update ? l->n : l->m, l->n, l->ldc);
	scalar(t, l->alpha, wild);
	scalar(t, l->beta, wild);
	l->a = guarded(t, l->size_a, wild);
	l->b = guarded(t, l->size_b, wild);
	l->c = guarded(t, l->size_c, wild);
}

static void drop_level3(const struct level3 *l)
{
	unguard(l->type, l->a, l->size_a);
	unguard(l->type, l->b, l->size_b);
	unguard(l->type, l->c, l->size_c);
}

static void check_level3(const struct routine *r, const struct level3 *l)
{
	size_t bytes = (size_t)l->size_c * size_of(l->type);
	char *wanted_c = malloc(bytes + 1), *c;

	memcpy(wanted_c, l->c, bytes);
	r->define(l, wanted_c);
	for (int i = 0; i < ISAS; i++) {
		unsigned threads = some_threads();

		if (!use(isas[i], threads))
			continue;
		random_blocks();
		c = guarded(l->type, l->size_c, false);
		memcpy(c, l->c, bytes);
		r->run(l, c);
		if (memcmp(c, wanted_c, bytes))
			fail_msg("%s %s type %d hermitian %d %c%c%c%c m %ld n "
				 "%ld k %ld, %u threads: not as defined",
				 isas[i], r->name, l->type, l->hermitian,
				 l->side, l->uplo, l->trans, l->diag,
				 (long)l->m, (long)l->n, (long)l->k, threads);
		unguard(l->type, c, l->size_c);
	}
	free(wanted_c);
}

static void many_level3(int n, int64_t most, bool wild)
{
	struct level3 l;

	for (int i = 0; i < n; i++) {
		const struct routine *r = &routines[i % ROUTINES];

		random_level3(&l, r, (enum same_type)below(TYPES), most, wild);
		check_level3(r, &l);
		drop_level3(&l);
	}
}

static void test_level3(void **unused)
{
	(void)unused;
	many_level3(500, 80, false);
}

static void test_level3_wild(void **unused)
{
	(void)unused;
	many_level3(500, 40, true);
}

/* The program's own rounding mode and flush bits hold in all threads. */
static void test_modes(void **unused)
{
	unsigned was = _mm_getcsr();

	(void)unused;
	for (unsigned mode = 0; mode < 16; mode++) {
		unsigned csr = (was & ~0xe040u) | (mode & 3) << 13 |
			       (mode & 4 ? 0x8000 : 0) | (mode & 8 ? 0x40 : 0);

		_mm_setcsr(csr);
		many_gemm(20, 40, true);
		many_level3(20, 30, true);
		_mm_setcsr(was);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gemm),
		cmocka_unit_test(test_gemm_wild),
		cmocka_unit_test(test_gemm_thin),
		cmocka_unit_test(test_alignments),
		cmocka_unit_test(test_batch),
		cmocka_unit_test(test_level3),
		cmocka_unit_test(test_level3_wild),
		cmocka_unit_test(test_modes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
