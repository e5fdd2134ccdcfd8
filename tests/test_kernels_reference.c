/* SPDX-License-Identifier: MIT */
/*
 * Levels 1 and 2 of --blas=same beside the reference BLAS: that what is defined
 * is what BLAS means. Every routine, type, triangle and transpose; results may
 * differ by rounding.
 */
#include <dlfcn.h>
#include <math.h>

#include "kernels/pairs.h"

#define FILE_NAME "/usr/lib/x86_64-linux-gnu/blas/libblas.so.3"

static bool has(const struct call *c, const struct routine *r, int i, int j)
{
	bool upper = c->uplo == 'U';

	if (r->shape == BAND)
		return i - j <= c->kl && j - i <= c->ku;
	if (r->shape >= TRIANGLE && (upper ? i > j : i < j))
		return false;
	return r->shape != TRIANGLE_BAND || abs(i - j) <= c->ku;
}

static int place(const struct call *c, const struct routine *r, int i, int j)
{
	bool upper = c->uplo == 'U';

	if (r->shape == PACKED)
		return upper ? i + j * (j + 1) / 2
			     : i + j * (2 * c->n - j - 1) / 2;
	if (r->shape == BAND || (r->shape == TRIANGLE_BAND && upper))
		return c->ku + i - j + j * c->lda;
	return (r->shape == TRIANGLE_BAND ? i - j : i) + j * c->lda;
}

/* A strong diagonal, so that systems can be solved. */
static void matrix(struct call *c, const struct routine *r)
{
	for (int j = 0; j < c->n; j++)
		for (int i = 0; i < c->n; i++) {
			struct number e = { number(false) / N,
					    number(false) / N };

			if (!has(c, r, i, j))
				continue;
			if (i == j)
				e.re += 2;
			if (i == j && c->hermitian)
				e.im = 0;
			put(c->type, c->a, place(c, r, i, j), e);
		}
}

static const char letters[] = "sdcz";

static void random_call(struct call *c, const struct routine *r, char letter)
{
	static const int increments[] = { 1, 1, 2, -1, -3 };
	static const double flags[] = { -2, -1, 0, 1 };

	memset(c, 0, sizeof(*c));
	c->type = (enum same_type)(strchr(letters, letter) - letters);
	c->hermitian = r->name[0] == '%' && r->name[1] == 'h';
	c->uplo = "UL"[below(2)];
	c->trans = "NTC"[below(3)];
	c->diag = "NU"[below(2)];
	c->n = (int)below(N) + 1;
	c->kl = (int)below(N / 2);
	c->ku = (int)below(N / 2);
	c->lda = LDA;
	c->incx = increments[below(5)];
	c->incy = increments[below(5)];
	fill(c->type, c->alpha, 1, false);
	fill(c->type, c->beta, 1, false);
	fill(c->type, c->c, 1, false);
	fill(c->type, c->s, 1, false);
	fill(c->type, c->param, is_complex(c->type) ? 2 : 5, false);
	if (!is_complex(c->type))
		put(c->type, c->param, 0,
		    (struct number){ flags[below(4)], 0 });
	fill(c->type, c->x, N * 4, false);
	fill(c->type, c->y, N * 4, false);
	matrix(c, r);
}

static double distance(const struct call *c, const char *a, const char *b,
		       int64_t n)
{
	double most = 0;

	for (int64_t i = 0; i < n; i++) {
		struct number u = get(c->type, a, i), v = get(c->type, b, i);
		double d = hypot(u.re - v.re, u.im - v.im) /
			   (1 + hypot(v.re, v.im));

		most = d > most ? d : most;
	}
	return most;
}

/* Results that are returned: numbers of their own type, or an index. */
static double results(const struct call *a, const struct call *b,
		      const char *name)
{
	double x, y;
	float u, v;

	if (name[0] == 'i' || (a->type == SAME_S && strcmp(name, "dsdot_")) ||
	    (a->type == SAME_C && strncmp(name, "cblas", 5))) {
		memcpy(&u, a->r, sizeof(u));
		memcpy(&v, b->r, sizeof(v));
		return fabs((double)u - (double)v) / (1 + fabs((double)v));
	}
	if (is_complex(a->type) && !strncmp(name, "cblas", 5))
		return distance(a, a->r, b->r, 1);
	memcpy(&x, a->r, sizeof(x));
	memcpy(&y, b->r, sizeof(y));
	return fabs(x - y) / (1 + fabs(y));
}

static void compare(const struct routine *r, struct call *c, any_fn *theirs)
{
	struct call *wanted = malloc(sizeof(*wanted));
	double tolerance = twice(c->type) ? 1e-13 : 3e-5, d;

	*wanted = *c;
	r->ours(c);
	r->theirs(wanted, theirs);
	d = fmax(fmax(distance(c, c->a, wanted->a, ROOM),
		      distance(c, c->x, wanted->x, N * 4)),
		 fmax(distance(c, c->y, wanted->y, N * 4),
		      results(c, wanted, r->name)));
	d = fmax(d, fmax(distance(c, c->c, wanted->c, 1),
			 distance(c, c->s, wanted->s, 1)));
	if (!is_complex(c->type))
		d = fmax(d, distance(c, c->param, wanted->param, 5));
	if (!(d <= tolerance))
		fail_msg("%s type %d %c%c%c n %d kl %d ku %d incx %d incy %d: "
			 "off by %g",
			 r->name, c->type, c->uplo, c->trans, c->diag, c->n,
			 c->kl, c->ku, c->incx, c->incy, d);
	free(wanted);
}

static void test_reference(void **unused)
{
	void *handle = dlopen(FILE_NAME, RTLD_NOW | RTLD_LOCAL);
	struct call *c = malloc(sizeof(*c));

	(void)unused;
	if (!handle) {
		print_message(FILE_NAME " is missing; install libblas3\n");
		skip();
	}
	assert_true(use("avx512", 1) || use("avx2", 1) || use("scalar", 1));
	for (int i = 0; i < ROUTINES; i++)
		for (const char *t = routines[i].types; *t; t++) {
			const char *name = routines[i].name;
			char full[32];
			any_fn *f;

			snprintf(full, sizeof(full), "%s", name);
			if (strchr(full, '%'))
				*strchr(full, '%') = *t;
			f = (any_fn *)dlsym(handle, full);
			if (!f)
				fail_msg("%s is missing in " FILE_NAME, full);
			for (int n = 0; n < 40; n++) {
				random_call(c, &routines[i], *t);
				compare(&routines[i], c, f);
			}
		}
	free(c);
	dlclose(handle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
