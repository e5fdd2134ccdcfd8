/* SPDX-License-Identifier: MIT */
/*
 * Row-major matrices have the bits of column-major ones: the same call with all
 * matrices transposed in memory, for every routine that has SAME_ROWS.
 */
#include "kernels/model.h"

enum { ROOM = 96 }; /* of rows and columns */

struct sides {
	enum same_type type;
	char *by_columns, *by_rows;
	int64_t m, n, ld, ld_rows;
};

struct call {
	enum same_type type;
	char uplo, side, ta, tb;
	bool hermitian;
	int64_t m, n, k;
	char alpha[16], beta[16];
	struct sides a, b, c;
};

static void mirror(const struct sides *s)
{
	size_t size = size_of(s->type);

	for (int64_t j = 0; j < s->n; j++)
		for (int64_t i = 0; i < s->m; i++)
			memcpy(s->by_rows + (size_t)(i * s->ld_rows + j) * size,
			       s->by_columns + (size_t)(j * s->ld + i) * size,
			       size);
}

static struct sides matrix(enum same_type t, int64_t m, int64_t n, bool wild)
{
	struct sides s = { .type = t,
			   .m = m,
			   .n = n,
			   .ld = m + 1 + below(3),
			   .ld_rows = n + 1 + below(3) };

	s.by_columns = array(t, s.ld * n, 0, wild);
	s.by_rows = array(t, s.ld_rows * m, 0, wild);
	mirror(&s);
	return s;
}

static void drop(const struct sides *s)
{
	free(s->by_columns);
	free(s->by_rows);
}

static bool equal(const struct sides *s)
{
	size_t size = size_of(s->type);

	for (int64_t j = 0; j < s->n; j++)
		for (int64_t i = 0; i < s->m; i++)
			if (memcmp(s->by_rows +
					   (size_t)(i * s->ld_rows + j) * size,
				   s->by_columns +
					   (size_t)(j * s->ld + i) * size,
				   size))
				return false;
	return true;
}

static char *at(const struct sides *s, int rows)
{
	return rows ? s->by_rows : s->by_columns;
}

static int64_t ld(const struct sides *s, int rows)
{
	return rows ? s->ld_rows : s->ld;
}

static bool turns(char trans)
{
	return trans == 'T' || trans == 'C';
}

static void gemm(const struct call *c, int rows)
{
	same_gemm(c->type | rows, c->ta, c->tb, c->m, c->n, c->k, c->alpha,
		  at(&c->a, rows), ld(&c->a, rows), at(&c->b, rows),
		  ld(&c->b, rows), c->beta, at(&c->c, rows), ld(&c->c, rows));
}

static void gemmt(const struct call *c, int rows)
{
	same_gemmt(c->type | rows, c->uplo, c->ta, c->tb, c->n, c->k, c->alpha,
		   at(&c->a, rows), ld(&c->a, rows), at(&c->b, rows),
		   ld(&c->b, rows), c->beta, at(&c->c, rows), ld(&c->c, rows));
}

static void symm(const struct call *c, int rows)
{
	same_symm(c->type | rows, c->hermitian, c->side, c->uplo, c->m, c->n,
		  c->alpha, at(&c->a, rows), ld(&c->a, rows), at(&c->b, rows),
		  ld(&c->b, rows), c->beta, at(&c->c, rows), ld(&c->c, rows));
}

static void syrk(const struct call *c, int rows)
{
	same_syrk(c->type | rows, c->hermitian, c->uplo, c->ta, c->n, c->k,
		  c->alpha, at(&c->a, rows), ld(&c->a, rows), c->beta,
		  at(&c->c, rows), ld(&c->c, rows));
}

static void syr2k(const struct call *c, int rows)
{
	same_syr2k(c->type | rows, c->hermitian, c->uplo, c->ta, c->n, c->k,
		   c->alpha, at(&c->a, rows), ld(&c->a, rows), at(&c->b, rows),
		   ld(&c->b, rows), c->beta, at(&c->c, rows), ld(&c->c, rows));
}

/* The shapes of a, b and c in a call. */
enum shape { PRODUCT, TRIANGLE, SYMMETRIC, UPDATE };

static const struct {
	const char *name;
	void (*run)(const struct call *c, int rows);
	enum shape shape;
} routines[] = {
	{ "gemm", gemm, PRODUCT },   { "gemmt", gemmt, TRIANGLE },
	{ "symm", symm, SYMMETRIC }, { "syrk", syrk, UPDATE },
	{ "syr2k", syr2k, UPDATE },
};

static void options(struct call *c, enum shape shape)
{
	static const char trans[] = "NTCR";
	bool complex = is_complex(c->type);

	c->uplo = "UL"[below(2)];
	c->side = "LR"[below(2)];
	c->hermitian = complex && below(2);
	c->ta = trans[below(4)];
	c->tb = trans[below(4)];
	if (shape == UPDATE)
		c->ta = "NT"[below(2)];
	if (shape == UPDATE && c->ta == 'T' && c->hermitian)
		c->ta = 'C';
}

static void matrices(struct call *c, enum shape shape, bool wild)
{
	int64_t m = shape == PRODUCT || shape == SYMMETRIC ? c->m : c->n;
	int64_t side = c->side == 'L' ? c->m : c->n;

	if (shape == SYMMETRIC) {
		c->a = matrix(c->type, side, side, wild);
		c->b = matrix(c->type, c->m, c->n, wild);
	} else {
		bool a = turns(c->ta);
		bool b = shape == UPDATE ? !a : turns(c->tb);

		c->a = matrix(c->type, a ? c->k : m, a ? m : c->k, wild);
		c->b = matrix(c->type, b ? c->n : c->k, b ? c->k : c->n, wild);
	}
	c->c = matrix(c->type, m, c->n, wild);
}

static void check(size_t routine, enum same_type t, bool wild)
{
	struct call c = { .type = t,
			  .m = length(ROOM),
			  .n = length(ROOM),
			  .k = length(ROOM) };

	options(&c, routines[routine].shape);
	matrices(&c, routines[routine].shape, wild);
	scalar(t, c.alpha, wild);
	scalar(t, c.beta, wild);
	routines[routine].run(&c, 0);
	routines[routine].run(&c, SAME_ROWS);
	if (!equal(&c.c))
		fail_msg("%s, type %d: ta %c tb %c uplo %c side %c m %ld n %ld "
			 "k %ld",
			 routines[routine].name, t, c.ta, c.tb, c.uplo, c.side,
			 c.m, c.n, c.k);
	drop(&c.a);
	drop(&c.b);
	drop(&c.c);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t isa = 0; isa < ISAS; isa++)
		for (unsigned threads = 1; threads < 4; threads += 2) {
			if (!use(isas[isa], threads))
				continue;
			same_blocks.work = threads > 1;
			for (int i = 0; i < 25; i++)
				for (size_t r = 0;
				     r < sizeof(routines) / sizeof(*routines);
				     r++)
					for (int t = 0; t < TYPES; t++)
						check(r, (enum same_type)t,
						      i % 3 == 2);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
