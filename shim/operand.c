/* SPDX-License-Identifier: MIT */
#define XXH_INLINE_ALL
#define XXH_FORCE_MEMORY_ACCESS 1 /* not by memcpy(), which is a call here */
#include <xxhash.h>

#include "operand.h"
#include "stream.h"
#include "banned.h"

static size_t size_of(unsigned type)
{
	static const uint8_t size[] = { [S] = 4, [D] = 8, [C] = 8, [Z] = 16,
					[B] = 2 };

	return size[type];
}

static int64_t positive(int64_t n)
{
	return n > 0 ? n : 0;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* A matrix as it lies in memory: columns of `rows` elements, `ld` apart. For
 * row-major ones these are the rows. */
struct matrix {
	const char *at;
	int64_t rows, columns, ld;
	size_t size;
	char uplo; /* 'U', 'L': that triangle only; 0: all of it */
	bool unit; /* without its diagonal */
};

static uint64_t chunk(uint64_t digest, const char *at, int64_t n, size_t size)
{
	return n > 0 ? digest_word(digest, XXH3_64bits(at, (size_t)n * size))
		     : digest;
}

static uint64_t digest_matrix(uint64_t digest, const struct matrix *m)
{
	if (m->ld < m->rows) /* refused by the routine */
		return digest;
	if (!m->uplo && m->ld == m->rows && m->columns > 0)
		return chunk(digest, m->at, m->rows * m->columns, m->size);
	for (int64_t j = 0; j < m->columns; j++) {
		const char *column = m->at + j * m->ld * (int64_t)m->size;
		int64_t first = m->uplo == 'L' ? j + m->unit : 0;
		int64_t end = m->uplo == 'U' ? least(j + !m->unit, m->rows)
					     : m->rows;

		digest = chunk(digest, column + first * (int64_t)m->size,
			       end - first, m->size);
	}
	return digest;
}

/* Every inc-th element of a vector, in memory's order. */
static uint64_t digest_vector(uint64_t digest, const void *x, int64_t n,
			      int64_t inc, size_t size)
{
	const char *at = x;

	inc = inc < 0 ? -inc : inc;
	if (inc == 1)
		return chunk(digest, at, n, size);
	if (inc == 0)
		return chunk(digest, at, n > 0, size);
	for (; n > 0; n--, at += inc * (int64_t)size)
		digest = chunk(digest, at, 1, size);
	return digest;
}

/* A band: of column j the rows from ku - j on, and what lies in the matrix. */
static uint64_t digest_band(uint64_t digest, const struct operands *o,
			    int64_t m, int64_t n, int64_t kl, int64_t ku,
			    bool unit)
{
	size_t size = size_of(o->type);

	for (int64_t j = 0; j < n; j++) {
		const char *column = (const char *)o->array[0] +
				     j * o->ld[0] * (int64_t)size;
		int64_t first = positive(ku - j);
		int64_t end = least(ku + kl + 1, m - j + ku);

		if (unit && kl == 0) /* the diagonal is the last row */
			end = least(end, ku);
		if (unit && ku == 0)
			first = positive(first) + 1;
		digest = chunk(digest, column + first * (int64_t)size,
			       end - first, size);
	}
	return digest;
}

static bool transposed(char option)
{
	return option && option != 'N' && option != 'R';
}

static char other(char uplo)
{
	return uplo == 'U' ? 'L' : 'U';
}

/* Array `i` as a matrix of m x n elements in the caller's view. */
static struct matrix matrix(const struct operands *o, int i, int64_t m,
			    int64_t n, int64_t ld)
{
	bool across = o->row_major;

	return (struct matrix){
		.at = o->array[i],
		.rows = across ? n : m,
		.columns = across ? m : n,
		.ld = ld,
		.size = size_of(o->type),
	};
}

static struct matrix triangle(const struct operands *o, int i, int64_t n,
			      int64_t ld)
{
	struct matrix m = matrix(o, i, n, n, ld);

	m.uplo = o->row_major ? other(o->uplo) : o->uplo;
	m.unit = o->diag == 'U';
	return m;
}

static uint64_t add_matrix(uint64_t digest, struct matrix m)
{
	return digest_matrix(digest, &m);
}

static int64_t packed(const struct operands *o)
{
	return o->n > 0 ? o->n * (o->n + 1) / 2 : 0;
}

/* Where beta is zero, C or y are only written; where alpha is, the other
 * operands are not read, and need not be there. */
enum { ALPHA, BETA };
static bool zero(const struct operands *o, int which)
{
	static const uint64_t minus = 1ull << 63, minus_float = 1u << 31;
	const uint64_t *b = o->scalar[which];
	uint64_t sign = o->type == D || o->type == Z ? minus : minus_float;

	if (o->type == C) /* two floats in one word */
		return !(b[0] & ~(minus | minus_float));
	return !(b[0] & ~sign) && !(b[1] & ~sign);
}

/* The number of rows of the triangular or symmetric factor. */
static int64_t side_of(const struct operands *o)
{
	return o->side == 'R' ? o->n : o->m;
}

/* The result matrix of level 3. */
static uint64_t level3_result(uint64_t d, const struct operands *o)
{
	switch (o->kind) {
	case GEMM: {
		struct matrix c = matrix(o, 2, o->m, o->n, o->ld[2]);

		c.size = o->type == B ? 4 : c.size;
		return digest_matrix(d, &c);
	}
	case GEMMT:
	case SYR2K:
		return add_matrix(d, triangle(o, 2, o->n, o->ld[2]));
	case SYRK:
		return add_matrix(d, triangle(o, 1, o->n, o->ld[2]));
	case SYMM:
		return add_matrix(d, matrix(o, 2, o->m, o->n, o->ld[2]));
	default:
		return add_matrix(d, matrix(o, 1, o->m, o->n, o->ld[1]));
	}
}

static uint64_t level3_factors(uint64_t d, const struct operands *o)
{
	bool ta = transposed(o->transa), tb = transposed(o->transb);
	int64_t m = o->kind == GEMM ? o->m : o->n;

	switch (o->kind) {
	case GEMM:
	case GEMMT:
		d = add_matrix(d, matrix(o, 0, ta ? o->k : m, ta ? m : o->k,
					 o->ld[0]));
		d = add_matrix(d, matrix(o, 1, tb ? o->n : o->k,
					 tb ? o->k : o->n, o->ld[1]));
		break;
	case SYMM:
		d = add_matrix(d, triangle(o, 0, side_of(o), o->ld[0]));
		d = add_matrix(d, matrix(o, 1, o->m, o->n, o->ld[1]));
		break;
	case SYR2K:
		d = add_matrix(d, matrix(o, 1, ta ? o->k : o->n,
					 ta ? o->n : o->k, o->ld[1]));
		/* fall through */
	case SYRK:
		d = add_matrix(d, matrix(o, 0, ta ? o->k : o->n,
					 ta ? o->n : o->k, o->ld[0]));
		break;
	default:
		d = add_matrix(d, triangle(o, 0, side_of(o), o->ld[0]));
		break;
	}
	return d;
}

static uint64_t level3_read(uint64_t d, const struct operands *o)
{
	/* Of TRMM the result is an operand, too. */
	bool result = !zero(o, o->kind == TRMM ? ALPHA : BETA);

	if (!zero(o, ALPHA))
		d = level3_factors(d, o);
	return result ? level3_result(d, o) : d;
}

/* A packed triangle, without its diagonal where that is one: it ends a column
 * of an upper one and begins that of a lower one. */
static uint64_t digest_packed(uint64_t digest, const struct operands *o,
			      bool upper)
{
	size_t size = size_of(o->type);
	const char *at = o->array[0];

	if (o->diag != 'U')
		return chunk(digest, at, packed(o), size);
	for (int64_t j = 0; j < o->n; j++) {
		int64_t n = upper ? j : o->n - 1 - j;

		digest = chunk(digest, upper ? at : at + size, n, size);
		at += (n + 1) * (int64_t)size;
	}
	return digest;
}

/* Matrices of level 2 that are read: the first array. */
static uint64_t level2_matrix(uint64_t d, const struct operands *o)
{
	bool upper = (o->uplo == 'U') != o->row_major;

	switch (o->kind) {
	case GEMV:
		return add_matrix(d, matrix(o, 0, o->m, o->n, o->ld[0]));
	case GBMV:
		return o->row_major ? digest_band(d, o, o->n, o->m, o->ku,
						  o->kl, false)
				    : digest_band(d, o, o->m, o->n, o->kl,
						  o->ku, false);
	case SYMV:
	case TRMV:
		return add_matrix(d, triangle(o, 0, o->n, o->ld[0]));
	case SBMV:
	case TBMV:
		return digest_band(d, o, o->n, o->n, upper ? 0 : o->k,
				   upper ? o->k : 0, o->diag == 'U');
	default:
		return digest_packed(d, o, upper);
	}
}

static uint64_t add_vector(uint64_t d, const struct operands *o, int i, int k,
			   int64_t n)
{
	return digest_vector(d, o->array[i], n, o->inc[k], size_of(o->type));
}

/* y of level 2, x of triangular ones. */
static uint64_t level2_result(uint64_t d, const struct operands *o)
{
	bool t = transposed(o->transa);
	size_t size = o->type == B ? 4 : size_of(o->type);

	switch (o->kind) {
	case GEMV:
	case GBMV:
		return digest_vector(d, o->array[2], t ? o->n : o->m, o->inc[1],
				     size);
	case SYMV:
	case SBMV:
	case SPMV:
		return add_vector(d, o, 2, 1, o->n);
	default:
		return add_vector(d, o, 1, 0, o->n);
	}
}

static uint64_t level2_read(uint64_t d, const struct operands *o)
{
	bool wide = o->kind == GEMV || o->kind == GBMV;
	int64_t n = wide && transposed(o->transa) ? o->m : o->n;

	if (o->kind == TRMV || o->kind == TBMV || o->kind == TPMV)
		return level2_result(level2_matrix(d, o), o);
	if (!zero(o, ALPHA))
		d = add_vector(level2_matrix(d, o), o, 1, 0, n);
	return zero(o, BETA) ? d : level2_result(d, o);
}

/* The matrix that an update of rank 1 or 2 changes. */
static uint64_t update_result(uint64_t d, const struct operands *o)
{
	switch (o->kind) {
	case GER:
		return add_matrix(d, matrix(o, 2, o->m, o->n, o->ld[0]));
	case SYR:
		return add_matrix(d, triangle(o, 1, o->n, o->ld[0]));
	case SYR2:
		return add_matrix(d, triangle(o, 2, o->n, o->ld[0]));
	case SPR:
		return chunk(d, o->array[1], packed(o), size_of(o->type));
	default:
		return chunk(d, o->array[2], packed(o), size_of(o->type));
	}
}

static uint64_t update_read(uint64_t d, const struct operands *o)
{
	if (zero(o, ALPHA))
		return d;
	d = add_vector(d, o, 0, 0, o->kind == GER ? o->m : o->n);
	if (o->kind == GER || o->kind == SYR2 || o->kind == SPR2)
		d = add_vector(d, o, 1, 1, o->n);
	return update_result(d, o);
}

static uint64_t level1_read(uint64_t d, const struct operands *o)
{
	bool y = o->kind == DOT || o->kind == DSDOT || o->kind == AXPY ||
		 o->kind == SWAP || o->kind == ROTM ||
		 (o->kind == AXPBY && !zero(o, BETA));

	if (o->kind == AXPY && zero(o, ALPHA))
		return d;
	d = add_vector(d, o, 0, 0, o->n);
	if (y)
		d = add_vector(d, o, 1, 1, o->n);
	return o->kind == ROTM ? chunk(d, o->array[2], 5, size_of(o->type)) : d;
}

static uint64_t level1_result(uint64_t d, const struct operands *o)
{
	if (o->kind == SCAL || o->kind == SWAP || o->kind == ROTM)
		d = add_vector(d, o, 0, 0, o->n);
	if (o->kind == AXPY || o->kind == AXPBY || o->kind == COPY ||
	    o->kind == SWAP || o->kind == ROTM)
		d = add_vector(d, o, 1, 1, o->n);
	return d;
}

/* Nothing to do: nothing is looked at. */
static bool empty(const struct operands *o)
{
	bool m = o->kind == GEMM || o->kind == SYMM || o->kind == TRMM ||
		 o->kind == GEMV || o->kind == GBMV || o->kind == GER;

	bool forward = o->kind == SUM || o->kind == INDEX || o->kind == SCAL;

	return o->n <= 0 || (m && o->m <= 0) || (forward && o->inc[0] <= 0);
}

uint64_t operands_read(const struct operands *o)
{
	uint64_t d = digest_word(o->scalar[0][0], o->scalar[0][1]);

	if (empty(o))
		return d;
	d = digest_word(digest_word(d, o->scalar[1][0]), o->scalar[1][1]);
	if (o->kind <= TRMM)
		return level3_read(d, o);
	if (o->kind <= TPMV)
		return level2_read(d, o);
	return o->kind <= SPR2 ? update_read(d, o) : level1_read(d, o);
}

uint64_t operands_written(const struct operands *o)
{
	if (empty(o))
		return 0;
	if (o->kind <= TRMM)
		return level3_result(0, o);
	if (o->kind <= TPMV)
		return level2_result(0, o);
	return o->kind <= SPR2 ? update_result(0, o) : level1_result(0, o);
}

unsigned operands_returns(const struct operands *o)
{
	bool complex = o->type == C || o->type == Z;

	switch (o->kind) {
	case DOT:
		return complex ? 2 : 1;
	case DSDOT:
		return 4;
	case NORM:
	case SUM:
		return 1;
	case INDEX:
		return 3;
	default:
		return 0;
	}
}

/* Multiplications and additions, of numbers of the routine's type. */
static uint64_t pairs(const struct operands *o)
{
	uint64_t m = (uint64_t)positive(o->m), n = (uint64_t)positive(o->n),
		 k = (uint64_t)positive(o->k);

	switch (o->kind) {
	case GEMM:
		return m * n * k;
	case GEMMT:
	case SYRK:
		return n * (n + 1) / 2 * k;
	case SYR2K:
		return n * (n + 1) * k;
	case SYMM:
		return m * n * (o->side == 'R' ? n : m);
	case TRMM:
		return m * n * (o->side == 'R' ? n : m) / 2;
	case GEMV:
	case GER:
		return m * n;
	case GBMV:
		return n * (uint64_t)(positive(o->kl) + positive(o->ku) + 1);
	case SBMV:
		return n * (2 * k + 1);
	case TBMV:
		return n * (k + 1);
	case SYMV:
	case SPMV:
	case SYR2:
	case SPR2:
		return n * n;
	case TRMV:
	case TPMV:
	case SYR:
	case SPR:
		return n * n / 2;
	case COPY:
		return 0;
	case SWAP:
	case ROTM:
		return 2 * n;
	default:
		return n;
	}
}

uint64_t operands_work(const struct operands *o)
{
	if (o->kind == OTHER)
		return 0;
	return pairs(o) * (o->type == C || o->type == Z ? 8 : 2);
}
