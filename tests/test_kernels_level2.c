/* SPDX-License-Identifier: MIT */
/*
 * Level 2 of --blas=same against its definition (shim/blas/README.md), number
 * by number. Dense, band and packed matrices have one definition: here they
 * differ in where an element lies, and in whether it is stored.
 */
#include "kernels/level2.h"

static bool is(const struct call *c, const char *start)
{
	return !strncmp(c->r->name, start, strlen(start));
}

static int64_t increment(void)
{
	static const int64_t all[] = { 1, 1, 1, 2, 3, -1, -2 };

	return all[below(7)];
}

static int64_t reach(int64_t n, int64_t inc)
{
	return n ? (n - 1) * (inc < 0 ? -inc : inc) + 1 : 0;
}

/* What is allowed differs: as the routine's kind has it. */
static void random_shape(struct call *c, int64_t most)
{
	bool mirror = is(c, "s");
	int64_t rows;

	c->m = c->n = length(most);
	if (c->r->shape <= BAND)
		c->m = length(most);
	c->kl = below(2) ? below(6) : length(most);
	c->ku = below(2) ? below(6) : length(most);
	if (mirror || is(c, "ger"))
		c->symmetry = is_complex(c->type) ? (unsigned)below(3) : 0;
	c->trans = mirror || is(c, "ger") ? 'N' : "NTCR"[below(4)];
	if (c->symmetry == SAME_CONJUGATE && is_symmetric_product(c->r))
		c->trans = 'R';
	c->diag = is(c, "t") ? "NU"[below(2)] : 'N';
	rows = c->r->shape == BAND	      ? c->kl + c->ku + 1
	       : c->r->shape == TRIANGLE_BAND ? c->ku + 1
					      : c->m;
	c->lda = rows + 1 + below(3);
	c->size_a = c->m && c->n ? (c->n - 1) * c->lda + rows : 0;
	if (c->r->shape == PACKED)
		c->size_a = c->n * (c->n + 1) / 2;
	c->size_x = reach(x_length(c), c->incx);
	c->size_y = reach(y_length(c), c->incy);
}

static void random_call(struct call *c, const struct routine *r, int64_t most,
			bool wild)
{
	*c = (struct call){ .type = (enum same_type)below(TYPES),
			    .r = r,
			    .uplo = "LU"[below(2)],
			    .incx = increment(),
			    .incy = increment() };
	random_shape(c, most);
	scalar(c->type, c->alpha, wild);
	scalar(c->type, c->beta, wild);
	c->a = guarded(c->type, c->size_a, wild);
	c->x = guarded(c->type, c->size_x, wild);
	c->y = guarded(c->type, c->size_y, wild);
}

/* All operands of a call, one after the other, at the end of a page each. */
struct operands {
	char *a, *x, *y;
};

static struct operands copies(const struct call *c)
{
	return (struct operands){ guarded(c->type, c->size_a, false),
				  guarded(c->type, c->size_x, false),
				  guarded(c->type, c->size_y, false) };
}

static void restore(const struct call *c, const struct operands *o)
{
	memcpy(o->a, c->a, (size_t)c->size_a * size_of(c->type));
	memcpy(o->x, c->x, (size_t)c->size_x * size_of(c->type));
	memcpy(o->y, c->y, (size_t)c->size_y * size_of(c->type));
}

static void drop(const struct call *c, const struct operands *o)
{
	unguard(c->type, o->a, c->size_a);
	unguard(c->type, o->x, c->size_x);
	unguard(c->type, o->y, c->size_y);
}

static bool alike(const struct call *c, const struct operands *o,
		  const struct operands *w)
{
	size_t one = size_of(c->type);

	return !memcmp(o->a, w->a, (size_t)c->size_a * one) &&
	       !memcmp(o->x, w->x, (size_t)c->size_x * one) &&
	       !memcmp(o->y, w->y, (size_t)c->size_y * one);
}

static void check(const struct call *c)
{
	struct operands wanted = copies(c), o = copies(c);
	unsigned threads;

	restore(c, &wanted);
	c->r->define(c, wanted.a, wanted.x, wanted.y);
	for (int i = 0; i < ISAS; i++) {
		threads = some_threads();
		if (!use(isas[i], threads))
			continue;
		same_blocks.work = below(2);
		restore(c, &o);
		c->r->run(c, o.a, o.x, o.y);
		if (!alike(c, &o, &wanted))
			fail_msg("%s %s type %d symmetry %d %c%c%c m %ld n %ld "
				 "kl %ld ku %ld incx %ld incy %ld, %u threads, "
				 "mxcsr %x: not as defined",
				 isas[i], c->r->name, c->type, c->symmetry,
				 c->uplo, c->trans, c->diag, (long)c->m,
				 (long)c->n, (long)c->kl, (long)c->ku,
				 (long)c->incx, (long)c->incy, threads,
				 _mm_getcsr());
	}
	drop(c, &wanted);
	drop(c, &o);
}

static void many(int n, int64_t most, bool wild)
{
	struct call c;

	for (int i = 0; i < n * level2_routines; i++) {
		random_call(&c, &level2[i % level2_routines], most, wild);
		check(&c);
		drop(&c, &(struct operands){ c.a, c.x, c.y });
	}
}

static void test_level2(void **unused)
{
	(void)unused;
	many(60, 200, false);
}

static void test_level2_wild(void **unused)
{
	(void)unused;
	many(60, 60, true);
}

static void test_level2_modes(void **unused)
{
	unsigned was = _mm_getcsr();

	(void)unused;
	for (unsigned mode = 0; mode < 16; mode++) {
		_mm_setcsr((was & ~0xe040u) | (mode & 3) << 13 |
			   (mode & 4 ? 0x8000u : 0) | (mode & 8 ? 0x40u : 0));
		many(6, 60, true);
		_mm_setcsr(was);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_level2),
		cmocka_unit_test(test_level2_wild),
		cmocka_unit_test(test_level2_modes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
