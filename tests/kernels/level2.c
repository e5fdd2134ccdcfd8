/* SPDX-License-Identifier: MIT */
#include "level2.h"

#define MOST_LANES 64

/* Where element (i, j) lies; -1: it is not stored. */
static int64_t index_of(const struct call *c, int64_t i, int64_t j)
{
	bool upper = c->uplo == 'U';
	int64_t at = i;

	if (c->r->shape >= TRIANGLE && (upper ? i > j : i < j))
		return -1;
	switch (c->r->shape) {
	case BAND:
		return i - j > c->kl || j - i > c->ku
			       ? -1
			       : c->ku + i - j + j * c->lda;
	case TRIANGLE_BAND:
		if (upper)
			return j - i > c->ku ? -1 : c->ku + i - j + j * c->lda;
		return i - j > c->ku ? -1 : i - j + j * c->lda;
	case PACKED:
		for (int64_t q = 0; q < j; q++)
			at += upper ? q + 1 : c->n - q - 1;
		return at;
	default:
		return i + j * c->lda;
	}
}

static bool stored(const struct call *c, int64_t i, int64_t j)
{
	return index_of(c, i, j) >= 0;
}

static struct number conjugate(struct number x, bool conj)
{
	x.im = conj ? -x.im : x.im;
	return x;
}

static bool turned(const struct call *c)
{
	return c->trans == 'T' || c->trans == 'C';
}

/* As it is read: what conjugates all of a matrix is done. */
static struct number element(const struct call *c, const char *a, int64_t i,
			     int64_t j)
{
	return conjugate(get(c->type, a, index_of(c, i, j)),
			 c->trans == 'C' || c->trans == 'R');
}

static int64_t at(int64_t i, int64_t n, int64_t inc)
{
	return inc < 0 ? (i - n + 1) * inc : i * inc;
}

int64_t x_length(const struct call *c)
{
	return turned(c) ? c->m : c->n;
}

int64_t y_length(const struct call *c)
{
	return turned(c) ? c->n : c->m;
}

static struct number x_of(const struct call *c, const char *x, int64_t i)
{
	return get(c->type, x, at(i, x_length(c), c->incx));
}

static double plus(enum same_type t, double a, double b)
{
	return twice(t) ? a + b : widened(narrowed(a) + narrowed(b));
}

static struct number added(enum same_type t, struct number a, struct number b)
{
	a.re = plus(t, a.re, b.re);
	a.im = is_complex(t) ? plus(t, a.im, b.im) : 0;
	return a;
}

static struct number negated(struct number x)
{
	return (struct number){ -x.re, -x.im };
}

static struct number tree(enum same_type t, struct number *lane, int lanes)
{
	for (int w = lanes / 2; w; w /= 2)
		for (int l = 0; l < w; l++)
			lane[l] = added(t, lane[l], lane[l + w]);
	return lane[0];
}

/* What is stored of column j, but for the element at the diagonal, times x. */
static struct number dot(const struct call *c, const char *a, const char *x,
			 int64_t j, bool strict, bool conj)
{
	struct number lane[MOST_LANES] = { 0 };
	int lanes = 256 / (int)size_of(c->type), l = 0;

	for (int64_t i = 0; i < c->m; i++) {
		if (!stored(c, i, j) || (strict && i == j))
			continue;
		lane[l] = chain(c->type, conjugate(element(c, a, i, j), conj),
				x_of(c, x, i), lane[l]);
		l = (l + 1) % lanes;
	}
	return tree(c->type, lane, lanes);
}

/* The same for a lower triangle that is solved from below: the last row comes
 * first. */
static struct number dot_falling(const struct call *c, const char *a,
				 const char *x, int64_t j)
{
	struct number lane[MOST_LANES] = { 0 };
	int lanes = 256 / (int)size_of(c->type), l = 0;

	for (int64_t i = c->m - 1; i > j; i--) {
		if (!stored(c, i, j))
			continue;
		lane[l] = chain(c->type, element(c, a, i, j), x_of(c, x, i),
				lane[l]);
		l = (l + 1) % lanes;
	}
	return tree(c->type, lane, lanes);
}

static void end_element(const struct call *c, char *y, int64_t i,
			struct number sum)
{
	struct number alpha = get(c->type, c->alpha, 0), r = { 0, 0 };
	struct number beta = get(c->type, c->beta, 0);
	int64_t j = at(i, y_length(c), c->incy);

	if (!zero(c->type, alpha))
		r = ended(c->type, sum, alpha, beta, get(c->type, y, j));
	else if (beta.re == 1 && nil(c->type, beta.im))
		return;
	else if (!zero(c->type, beta))
		r = scaled(c->type, beta, get(c->type, y, j));
	put(c->type, y, j, r);
}

static void define_gemv(const struct call *c, char *a, char *x, char *y)
{
	struct number sum;

	for (int64_t i = 0; i < y_length(c) && c->m && c->n; i++) {
		sum = (struct number){ 0, 0 };
		if (turned(c))
			sum = dot(c, a, x, i, false, false);
		for (int64_t j = 0; j < c->n && !turned(c); j++)
			if (stored(c, i, j))
				sum = chain(c->type, element(c, a, i, j),
					    x_of(c, x, j), sum);
		end_element(c, y, i, sum);
	}
}

static struct number pivot(const struct call *c, const char *a, int64_t i)
{
	struct number d = { 1, 0 };

	if (c->diag == 'U')
		return d;
	d = element(c, a, i, i);
	if (c->symmetry)
		d.im = 0;
	return d;
}

/* From the first column on: a dot where the mirror image is. */
static struct number symmetric_row(const struct call *c, const char *a,
				   const char *x, int64_t i)
{
	struct number sum = { 0, 0 };

	if (c->uplo == 'U')
		sum = added(c->type, sum, dot(c, a, x, i, true, c->symmetry));
	for (int64_t j = 0; j < c->n; j++)
		if (i == j)
			sum = chain(c->type, pivot(c, a, i), x_of(c, x, i),
				    sum);
		else if (stored(c, i, j))
			sum = chain(c->type, element(c, a, i, j), x_of(c, x, j),
				    sum);
	if (c->uplo == 'L')
		sum = added(c->type, sum, dot(c, a, x, i, true, c->symmetry));
	return sum;
}

/* 'R' is here what SAME_CONJUGATE says. */
static void define_symv(const struct call *c, char *a, char *x, char *y)
{
	for (int64_t i = 0; i < c->n; i++)
		end_element(c, y, i, symmetric_row(c, a, x, i));
}

static void define_trmv(const struct call *c, char *a, char *x, char *y)
{
	struct number sum, one = { 1, 0 };
	char *old = malloc((size_t)c->size_x * size_of(c->type));

	(void)y;
	memcpy(old, x, (size_t)c->size_x * size_of(c->type));
	for (int64_t i = 0; i < c->n; i++) {
		sum = (struct number){ 0, 0 };
		if (turned(c))
			sum = dot(c, a, old, i, true, false);
		for (int64_t j = 0; j < c->n; j++)
			if (i == j)
				sum = chain(c->type, pivot(c, a, i),
					    x_of(c, old, i), sum);
			else if (!turned(c) && stored(c, i, j))
				sum = chain(c->type, element(c, a, i, j),
					    x_of(c, old, j), sum);
		put(c->type, x, at(i, c->n, c->incx),
		    scaled(c->type, one, sum));
	}
	free(old);
}

static void define_trsv(const struct call *c, char *a, char *x, char *y)
{
	bool down = (c->uplo == 'L') != turned(c);
	struct number t;

	(void)y;
	for (int64_t step = 0; step < c->n; step++) {
		int64_t i = down ? step : c->n - 1 - step;

		t = x_of(c, x, i);
		if (turned(c))
			t = added(c->type, t,
				  negated(c->uplo == 'U'
						  ? dot(c, a, x, i, true, false)
						  : dot_falling(c, a, x, i)));
		for (int64_t q = 0; q < step && !turned(c); q++) {
			int64_t j = down ? q : c->n - 1 - q;

			if (stored(c, i, j))
				t = chain(c->type, negated(element(c, a, i, j)),
					  x_of(c, x, j), t);
		}
		if (c->diag != 'U')
			t = quotient(c->type, t, pivot(c, a, i));
		put(c->type, x, at(i, c->n, c->incx), t);
	}
}

/* a += u * (alpha * v), of which one may be conjugated */
static void update(const struct call *c, char *a, struct number alpha,
		   const char *u, int64_t incu, const char *v, int64_t incv)
{
	for (int64_t j = 0; j < c->n; j++) {
		struct number by =
			scaled(c->type, alpha,
			       conjugate(get(c->type, v, at(j, c->n, incv)),
					 c->symmetry == SAME_HERMITIAN));

		for (int64_t i = 0; i < c->m; i++) {
			int64_t here = index_of(c, i, j);
			struct number r;

			if (here < 0)
				continue;
			r = chain(c->type,
				  conjugate(get(c->type, u, at(i, c->m, incu)),
					    c->symmetry == SAME_CONJUGATE),
				  by, get(c->type, a, here));
			if (c->symmetry && c->r->shape != GENERAL && i == j)
				r.im = 0;
			put(c->type, a, here, r);
		}
	}
}

static void define_ger(const struct call *c, char *a, char *x, char *y)
{
	struct number alpha = get(c->type, c->alpha, 0);

	if (!zero(c->type, alpha))
		update(c, a, alpha, y, c->incy, x, c->incx);
}

static void define_syr(const struct call *c, char *a, char *x, char *y)
{
	struct number alpha = get(c->type, c->alpha, 0);

	(void)y;
	if (c->symmetry)
		alpha.im = 0;
	if (!zero(c->type, alpha))
		update(c, a, alpha, x, c->incx, x, c->incx);
}

static void define_syr2(const struct call *c, char *a, char *x, char *y)
{
	struct number alpha = get(c->type, c->alpha, 0);
	bool swap = c->symmetry == SAME_CONJUGATE;
	char *u = swap ? y : x, *v = swap ? x : y;
	int64_t incu = swap ? c->incy : c->incx;
	int64_t incv = swap ? c->incx : c->incy;

	if (zero(c->type, alpha))
		return;
	update(c, a, alpha, u, incu, v, incv);
	update(c, a, conjugate(alpha, c->symmetry), v, incv, u, incu);
}

static void run_gemv(const struct call *c, char *a, char *x, char *y)
{
	same_gemv(c->type, c->trans, c->m, c->n, c->alpha, a, c->lda, x,
		  c->incx, c->beta, y, c->incy);
}

static void run_gbmv(const struct call *c, char *a, char *x, char *y)
{
	same_gbmv(c->type, c->trans, c->m, c->n, c->kl, c->ku, c->alpha, a,
		  c->lda, x, c->incx, c->beta, y, c->incy);
}

static void run_symv(const struct call *c, char *a, char *x, char *y)
{
	same_symv(c->type, c->symmetry, c->uplo, c->n, c->alpha, a, c->lda, x,
		  c->incx, c->beta, y, c->incy);
}

static void run_sbmv(const struct call *c, char *a, char *x, char *y)
{
	same_sbmv(c->type, c->symmetry, c->uplo, c->n, c->ku, c->alpha, a,
		  c->lda, x, c->incx, c->beta, y, c->incy);
}

static void run_spmv(const struct call *c, char *a, char *x, char *y)
{
	same_spmv(c->type, c->symmetry, c->uplo, c->n, c->alpha, a, x, c->incx,
		  c->beta, y, c->incy);
}

static void run_trmv(const struct call *c, char *a, char *x, char *y)
{
	(void)y;
	same_trmv(c->type, c->uplo, c->trans, c->diag, c->n, a, c->lda, x,
		  c->incx);
}

static void run_tbmv(const struct call *c, char *a, char *x, char *y)
{
	(void)y;
	same_tbmv(c->type, c->uplo, c->trans, c->diag, c->n, c->ku, a, c->lda,
		  x, c->incx);
}

static void run_tpmv(const struct call *c, char *a, char *x, char *y)
{
	(void)y;
	same_tpmv(c->type, c->uplo, c->trans, c->diag, c->n, a, x, c->incx);
}

static void run_trsv(const struct call *c, char *a, char *x, char *y)
{
	(void)y;
	same_trsv(c->type, c->uplo, c->trans, c->diag, c->n, a, c->lda, x,
		  c->incx);
}

static void run_tbsv(const struct call *c, char *a, char *x, char *y)
{
	(void)y;
	same_tbsv(c->type, c->uplo, c->trans, c->diag, c->n, c->ku, a, c->lda,
		  x, c->incx);
}

static void run_tpsv(const struct call *c, char *a, char *x, char *y)
{
	(void)y;
	same_tpsv(c->type, c->uplo, c->trans, c->diag, c->n, a, x, c->incx);
}

static void run_ger(const struct call *c, char *a, char *x, char *y)
{
	same_ger(c->type, c->symmetry, c->m, c->n, c->alpha, y, c->incy, x,
		 c->incx, a, c->lda);
}

static void run_syr(const struct call *c, char *a, char *x, char *y)
{
	(void)y;
	same_syr(c->type, c->symmetry, c->uplo, c->n, c->alpha, x, c->incx, a,
		 c->lda);
}

static void run_syr2(const struct call *c, char *a, char *x, char *y)
{
	same_syr2(c->type, c->symmetry, c->uplo, c->n, c->alpha, x, c->incx, y,
		  c->incy, a, c->lda);
}

static void run_spr(const struct call *c, char *a, char *x, char *y)
{
	(void)y;
	same_spr(c->type, c->symmetry, c->uplo, c->n, c->alpha, x, c->incx, a);
}

static void run_spr2(const struct call *c, char *a, char *x, char *y)
{
	same_spr2(c->type, c->symmetry, c->uplo, c->n, c->alpha, x, c->incx, y,
		  c->incy, a);
}

const struct routine level2[] = {
	{ "gemv", GENERAL, define_gemv, run_gemv },
	{ "gbmv", BAND, define_gemv, run_gbmv },
	{ "symv", TRIANGLE, define_symv, run_symv },
	{ "sbmv", TRIANGLE_BAND, define_symv, run_sbmv },
	{ "spmv", PACKED, define_symv, run_spmv },
	{ "trmv", TRIANGLE, define_trmv, run_trmv },
	{ "tbmv", TRIANGLE_BAND, define_trmv, run_tbmv },
	{ "tpmv", PACKED, define_trmv, run_tpmv },
	{ "trsv", TRIANGLE, define_trsv, run_trsv },
	{ "tbsv", TRIANGLE_BAND, define_trsv, run_tbsv },
	{ "tpsv", PACKED, define_trsv, run_tpsv },
	{ "ger", GENERAL, define_ger, run_ger },
	{ "syr", TRIANGLE, define_syr, run_syr },
	{ "spr", PACKED, define_syr, run_spr },
	{ "syr2", TRIANGLE, define_syr2, run_syr2 },
	{ "spr2", PACKED, define_syr2, run_spr2 },
};
const int level2_routines = sizeof(level2) / sizeof(level2[0]);

bool is_symmetric_product(const struct routine *r)
{
	return r->define == define_symv;
}
