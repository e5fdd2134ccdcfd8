/* SPDX-License-Identifier: MIT */
/*
 * How far results of --blas=same are from exact ones (in quadruple precision),
 * as a part of the textbook's bound, beside other libraries that are installed:
 * prints a table, and fails where ours are beyond.
 *
 * The bounds are those of Higham, Accuracy and Stability of Numerical
 * Algorithms, 2nd ed., with g(n) = n * u / (1 - n * u): of a product of sums of
 * k terms (3.5, 3.13) g(k + 2) * (|alpha| * |A| * |B| + |beta| * |C|), the two
 * being alpha and beta; of a solution (theorem 8.5) that of its residual, g(n +
 * 1) * |A| * |X|; of a norm g(n + 2) of itself. A part of a complex number is a
 * sum of twice as many terms, and its size at most the square root of 2 times
 * the larger part's; a complex quotient has 12 more roundings.
 */
#include <dlfcn.h>
#include <math.h>

#include "kernels/model.h"

typedef __float128 quad;
typedef void any_fn();

struct wide {
	quad re, im;
};

struct problem {
	enum same_type type;
	int m, n, k;
	char *a, *b, *c;
	_Alignas(16) char alpha[16];
	_Alignas(16) char beta[16];
};

/* One routine: ours where f is NULL; results are in c. */
struct routine {
	const char *name; /* with a % where the type's letter is */
	void (*run)(const struct problem *p, any_fn *f, char *c);
	/* The operands of the product, as full matrices. */
	struct number (*a)(const struct problem *p, int i, int q);
	struct number (*b)(const struct problem *p, int q, int j);
	enum { PRODUCT, TRIANGLE, PLUS, INNER, SOLUTION, SUM, NORM } kind;
	bool vector; /* n = 1 */
};

static const char letters[] = "sdcz";
static const int unit = 1;

static struct number plain_a(const struct problem *p, int i, int q)
{
	return get(p->type, p->a, i + (int64_t)q * p->m);
}

static struct number plain_b(const struct problem *p, int q, int j)
{
	return get(p->type, p->b, q + (int64_t)j * p->k);
}

static struct number mirrored(const struct problem *p, int i, int q)
{
	return i <= q ? plain_a(p, i, q) : plain_a(p, q, i);
}

static struct number lower(const struct problem *p, int i, int q)
{
	return i >= q ? plain_a(p, i, q) : (struct number){ 0, 0 };
}

static struct number transposed(const struct problem *p, int q, int j)
{
	return plain_a(p, j, q);
}

static void gemm(const struct problem *p, any_fn *f, char *c)
{
	if (f)
		f("N", "N", &p->m, &p->n, &p->k, p->alpha, p->a, &p->m, p->b,
		  &p->k, p->beta, c, &p->m);
	else
		same_gemm(p->type, 'N', 'N', p->m, p->n, p->k, p->alpha, p->a,
			  p->m, p->b, p->k, p->beta, c, p->m);
}

static void symm(const struct problem *p, any_fn *f, char *c)
{
	if (f)
		f("L", "U", &p->m, &p->n, p->alpha, p->a, &p->m, p->b, &p->m,
		  p->beta, c, &p->m);
	else
		same_symm(p->type, false, 'L', 'U', p->m, p->n, p->alpha, p->a,
			  p->m, p->b, p->m, p->beta, c, p->m);
}

static void syrk(const struct problem *p, any_fn *f, char *c)
{
	if (f)
		f("L", "N", &p->n, &p->k, p->alpha, p->a, &p->n, p->beta, c,
		  &p->n);
	else
		same_syrk(p->type, false, 'L', 'N', p->n, p->k, p->alpha, p->a,
			  p->n, p->beta, c, p->n);
}

static void trmm(const struct problem *p, any_fn *f, char *c)
{
	memcpy(c, p->b, (size_t)(p->m * p->n) * size_of(p->type));
	if (f)
		f("L", "L", "N", "N", &p->m, &p->n, p->alpha, p->a, &p->m, c,
		  &p->m);
	else
		same_trmm(p->type, 'L', 'L', 'N', 'N', p->m, p->n, p->alpha,
			  p->a, p->m, c, p->m);
}

static void trsm(const struct problem *p, any_fn *f, char *c)
{
	memcpy(c, p->b, (size_t)(p->m * p->n) * size_of(p->type));
	if (f)
		f("L", "L", "N", "N", &p->m, &p->n, p->alpha, p->a, &p->m, c,
		  &p->m);
	else
		same_trsm(p->type, 'L', 'L', 'N', 'N', p->m, p->n, p->alpha,
			  p->a, p->m, c, p->m);
}

static void gemv(const struct problem *p, any_fn *f, char *c)
{
	if (f)
		f("N", &p->m, &p->k, p->alpha, p->a, &p->m, p->b, &unit,
		  p->beta, c, &unit);
	else
		same_gemv(p->type, 'N', p->m, p->k, p->alpha, p->a, p->m, p->b,
			  1, p->beta, c, 1);
}

static void symv(const struct problem *p, any_fn *f, char *c)
{
	if (f)
		f("U", &p->m, p->alpha, p->a, &p->m, p->b, &unit, p->beta, c,
		  &unit);
	else
		same_symv(p->type, SAME_SYMMETRIC, 'U', p->m, p->alpha, p->a,
			  p->m, p->b, 1, p->beta, c, 1);
}

static void trsv(const struct problem *p, any_fn *f, char *c)
{
	memcpy(c, p->b, (size_t)p->m * size_of(p->type));
	if (f)
		f("L", "N", "N", &p->m, p->a, &p->m, c, &unit);
	else
		same_trsv(p->type, 'L', 'N', 'N', p->m, p->a, p->m, c, 1);
}

/* y has one row; x is all of a. */
static void ger(const struct problem *p, any_fn *f, char *c)
{
	if (f)
		f(&p->m, &p->n, p->alpha, p->a, &unit, p->b, &unit, c, &p->m);
	else
		same_ger(p->type, SAME_SYMMETRIC, p->m, p->n, p->alpha, p->a, 1,
			 p->b, 1, c, p->m);
}

static void dot(const struct problem *p, any_fn *f, char *c)
{
	if (!f)
		same_dot(p->type, false, p->k, p->a, 1, p->b, 1, c);
	else if (is_complex(p->type))
		f(p->k, p->a, 1, p->b, 1, c);
	else if (twice(p->type))
		*(double *)(void *)c =
			((double (*)())(uintptr_t)f)(p->k, p->a, 1, p->b, 1);
	else
		*(float *)(void *)c =
			((float (*)())(uintptr_t)f)(p->k, p->a, 1, p->b, 1);
}

static void returned(const struct problem *p, any_fn *f, char *c)
{
	if (twice(p->type))
		*(double *)(void *)c =
			((double (*)())(uintptr_t)f)(p->k, p->a, 1);
	else
		*(float *)(void *)c =
			((float (*)())(uintptr_t)f)(p->k, p->a, 1);
}

static void asum(const struct problem *p, any_fn *f, char *c)
{
	if (f)
		returned(p, f, c);
	else
		same_asum(p->type, p->k, p->a, 1, c);
}

static void nrm2(const struct problem *p, any_fn *f, char *c)
{
	if (f)
		returned(p, f, c);
	else
		same_nrm2(p->type, p->k, p->a, 1, c);
}

static const struct routine routines[] = {
	{ "%gemm_", gemm, plain_a, plain_b, PRODUCT, false },
	{ "%symm_", symm, mirrored, plain_b, PRODUCT, false },
	{ "%syrk_", syrk, plain_a, transposed, TRIANGLE, false },
	{ "%trmm_", trmm, lower, plain_b, PRODUCT, false },
	{ "%trsm_", trsm, lower, plain_b, SOLUTION, false },
	{ "%gemv_", gemv, plain_a, plain_b, PRODUCT, true },
	{ "%symv_", symv, mirrored, plain_b, PRODUCT, true },
	{ "%trsv_", trsv, lower, plain_b, SOLUTION, true },
	{ "%ger_", ger, plain_a, plain_b, PLUS, false },
	{ "cblas_%dot", dot, plain_a, plain_b, INNER, true },
	{ "cblas_%asum", asum, plain_a, NULL, SUM, true },
	{ "cblas_%nrm2", nrm2, plain_a, NULL, NORM, true },
};
#define ROUTINES (sizeof(routines) / sizeof(*routines))

static double size(struct number x)
{
	return hypot(x.re, x.im);
}

static double unit_roundoff(enum same_type t)
{
	return twice(t) ? 0x1p-53 : 0x1p-24;
}

static double gamma_of(enum same_type t, int terms, int more)
{
	double n = (is_complex(t) ? 2 * terms : terms) + more;
	double u = unit_roundoff(t);

	return (is_complex(t) ? M_SQRT2 : 1) * n * u / (1 - n * u);
}

static void add(struct wide *t, struct number a, struct wide b)
{
	t->re += (quad)a.re * b.re - (quad)a.im * b.im;
	t->im += (quad)a.re * b.im + (quad)a.im * b.re;
}

static struct wide widen(struct number x)
{
	return (struct wide){ x.re, x.im };
}

static double off(struct wide t, struct number x)
{
	return hypot((double)(t.re - (quad)x.re), (double)(t.im - (quad)x.im));
}

/* The error of element (i, j) of c as a part of its bound; was: c before. */
static double of_product(const struct routine *r, const struct problem *p,
			 const char *was, const char *c, int i, int j)
{
	struct number alpha = get(p->type, p->alpha, 0), a, b;
	struct number beta = get(p->type, p->beta, 0);
	struct number old = get(p->type, was, i + (int64_t)j * p->m);
	struct wide sum = { 0, 0 }, all = { 0, 0 };
	double sizes = 0;

	for (int q = 0; q < p->k; q++) {
		a = r->a(p, i, q);
		b = r->b(p, q, j);
		add(&sum, a, widen(b));
		sizes += size(a) * size(b);
	}
	add(&all, alpha, sum);
	add(&all, beta, widen(old));
	sizes = sizes * size(alpha) + size(beta) * size(old);
	return off(all, get(p->type, c, i + (int64_t)j * p->m)) /
	       (sizes * gamma_of(p->type, p->k, is_complex(p->type) ? 4 : 2));
}

/* The residual of row i of column j. */
static double of_solution(const struct routine *r, const struct problem *p,
			  const char *x, int i, int j)
{
	struct number alpha = get(p->type, p->alpha, 0), a, e;
	struct wide all = { 0, 0 };
	double sizes = 0;

	for (int q = 0; q < p->k; q++) {
		a = r->a(p, i, q);
		e = get(p->type, x, q + (int64_t)j * p->m);
		add(&all, (struct number){ -a.re, -a.im }, widen(e));
		sizes += size(a) * size(e);
	}
	add(&all, alpha, widen(r->b(p, i, j)));
	return off(all, (struct number){ 0, 0 }) /
	       (sizes * gamma_of(p->type, p->k, is_complex(p->type) ? 12 : 1));
}

static quad root(quad x)
{
	quad r = sqrt((double)x);

	r = (r + x / r) / 2;
	return (r + x / r) / 2;
}

static double of_norm(const struct routine *r, const struct problem *p,
		      const char *c)
{
	quad sum = 0, got = get(real_of(p->type), c, 0).re;

	for (int q = 0; q < p->k; q++) {
		struct number x = r->a(p, 0, q);

		if (r->kind == SUM)
			sum += (quad)fabs(x.re) + (quad)fabs(x.im);
		else
			sum += (quad)x.re * x.re + (quad)x.im * x.im;
	}
	if (r->kind == NORM)
		sum = root(sum);
	return fabs((double)((got - sum) / sum)) / gamma_of(p->type, p->k, 2);
}

static double worst(const struct routine *r, const struct problem *p,
		    const char *c)
{
	double most = 0, d;

	if (r->kind == SUM || r->kind == NORM)
		return of_norm(r, p, c);
	for (int j = 0; j < p->n; j++)
		for (int i = r->kind == TRIANGLE ? j : 0; i < p->m; i++) {
			d = r->kind == SOLUTION
				    ? of_solution(r, p, c, i, j)
				    : of_product(r, p, p->c, c, i, j);
			most = d > most ? d : most;
		}
	return most;
}

static void set(struct problem *p, char *x, double re, double im)
{
	put(p->type, x, 0, (struct number){ re, im });
}

/* k terms; square where the routine's matrix is. */
static struct problem problem_of(const struct routine *r, enum same_type t,
				 int k)
{
	bool square = r->a == mirrored || r->a == lower;
	struct problem p = { .type = t, .m = square ? k : 24, .n = 24, .k = k };

	if (r->vector)
		p.n = 1;
	if (r->kind == INNER || r->kind == SUM || r->kind == NORM)
		p.m = 1;
	if (r->kind == PLUS)
		p.k = 1;
	set(&p, p.alpha, 0.7, 0.4);
	set(&p, p.beta, -1.3, 0.2);
	if (r->kind == INNER || r->kind == SOLUTION)
		set(&p, p.alpha, 1, 0);
	if (r->kind == INNER || r->run == trmm)
		set(&p, p.beta, 0, 0);
	if (r->kind == PLUS)
		set(&p, p.beta, 1, 0);
	p.a = array(t, (int64_t)p.m * p.k, 0, false);
	p.b = array(t, (int64_t)p.n * p.k, 0, false);
	p.c = array(t, (int64_t)p.m * p.n, 0, false);
	/* Systems that can be solved. */
	for (int i = 0; r->kind == SOLUTION && i < k; i++)
		put(t, p.a, i + (int64_t)i * p.m,
		    (struct number){ k + number(false), number(false) });
	return p;
}

static struct {
	const char *name, *file;
	void *handle;
} others[] = {
	{ "OpenBLAS", "libopenblas.so.0", NULL },
	{ "BLIS", "libblis.so.4", NULL },
};
#define OTHERS (sizeof(others) / sizeof(*others))

static any_fn *find(void *handle, const struct routine *r, enum same_type t)
{
	const char *types = r->kind == SUM || r->kind == NORM
				    ? "s\0\0d\0\0sc\0dz"
				    : "s\0\0d\0\0c\0\0z";
	const char *mark = strchr(r->name, '%'), *tail = mark + 1;
	char name[32];

	if (is_complex(t) && r->kind == INNER)
		tail = "dotu_sub";
	else if (is_complex(t) && r->kind == PLUS)
		tail = "geru_";
	snprintf(name, sizeof(name), "%.*s%s%s", (int)(mark - r->name), r->name,
		 types + 3 * t, tail);
	return handle ? (any_fn *)dlsym(handle, name) : NULL;
}

static double measure(const struct routine *r, const struct problem *p,
		      any_fn *f)
{
	size_t bytes = (size_t)(p->m * p->n) * size_of(p->type);
	char *c = malloc(bytes + 16);
	double d;

	memcpy(c, p->c, bytes);
	r->run(p, f, c);
	d = worst(r, p, c);
	free(c);
	return d;
}

static void row(const struct routine *r, enum same_type t, int k)
{
	struct problem p = problem_of(r, t, k);
	const char *name = strchr(r->name, '%') + 1;
	double ours = measure(r, &p, NULL);

	printf("%c%-5.*s %5d  %8.4f", letters[t], (int)strcspn(name, "_"), name,
	       p.k, ours);
	for (size_t i = 0; i < OTHERS; i++) {
		any_fn *f = find(others[i].handle, r, t);

		if (f)
			printf("  %8.4f", measure(r, &p, f));
		else
			printf("  %8s", "-");
	}
	puts("");
	free(p.a);
	free(p.b);
	free(p.c);
	if (!(ours <= 1))
		fail_msg("%c%s: beyond the bound", letters[t], name);
}

static void test_accuracy(void **unused)
{
	static const int terms[] = { 10, 100, 1000 };
	int most;

	(void)unused;
	assert_true(use("avx512", 1) || use("avx2", 1) || use("scalar", 1));
	printf("errors, as parts of the bound\n%-12s  %8s", "terms", "same");
	for (size_t i = 0; i < OTHERS; i++) {
		others[i].handle = dlopen(others[i].file, RTLD_NOW);
		printf("  %8s", others[i].name);
	}
	puts("");
	for (size_t r = 0; r < ROUTINES; r++)
		for (int t = 0; t < TYPES; t++) {
			most = routines[r].kind == PLUS ? 1 : 3;
			/* Squares of 1000 take long in quadruple precision. */
			if (routines[r].a == mirrored ||
			    routines[r].kind == SOLUTION ||
			    routines[r].run == trmm)
				most = 2;
			for (int k = 0; k < most; k++)
				row(&routines[r], (enum same_type)t, terms[k]);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accuracy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
