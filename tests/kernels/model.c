/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sys/mman.h>

#include "model.h"

#define PAGE 4096

static uint64_t state = 1;

uint64_t draw(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

int64_t below(int64_t n)
{
	return (int64_t)(draw() % (uint64_t)n);
}

/* Mostly ordinary; where `wild`, sometimes what arithmetic stumbles over. */
double number(bool wild)
{
	static const double odd[] = { 0,      -0.0,    INFINITY, -INFINITY,
				      NAN,    -NAN,    1e-310,   -3e-320,
				      1e-40,  -1e-44,  1e308,    -1e308,
				      3e38,   -2e38,   1e-23,	 1e-160,
				      1e19,   -1e154,  0x1p-126, 0x1p-1022 };

	if (wild && !below(12))
		return odd[below(sizeof(odd) / sizeof(odd[0]))];
	return (double)(int64_t)draw() / 0x1p63;
}

struct thread_start {
	void (*run)(void *);
	void *arg;
};

static void *thread(void *arg)
{
	struct thread_start s = *(struct thread_start *)arg;

	free(arg);
	s.run(s.arg);
	return NULL;
}

static int spawn(void (*run)(void *), void *arg)
{
	struct thread_start *s = malloc(sizeof(*s));
	pthread_t id;

	*s = (struct thread_start){ run, arg };
	return -pthread_create(&id, NULL, thread, s);
}

const char *const isas[] = { "scalar", "fma128", "avx2", "avx512" };

const unsigned threads_of[THREADS] = { 1, 2, 3, 4, 7, 16 };

unsigned some_threads(void)
{
	return threads_of[below(THREADS)];
}

/* false: this processor has none. */
bool use(const char *isa, unsigned threads)
{
	struct same_host host = { threads, spawn, isa };
	int r = same_init(&host);

	assert_true(!r || r == -ENOTSUP);
	return !r;
}

bool twice(enum same_type t)
{
	return t == SAME_D || t == SAME_Z;
}

bool is_complex(enum same_type t)
{
	return t == SAME_C || t == SAME_Z;
}

size_t size_of(enum same_type t)
{
	return (twice(t) ? 8 : 4) * (is_complex(t) ? 2 : 1);
}

/* Exact, where the flush bits would make a subnormal float zero. */
double widened(float x)
{
	volatile float from = x;
	volatile double to;
	unsigned csr = _mm_getcsr();

	_mm_setcsr(csr & ~0x8040u);
	to = from;
	_mm_setcsr(csr);
	return to;
}

float narrowed(double x)
{
	volatile double from = x;
	volatile float to;
	unsigned csr = _mm_getcsr();

	_mm_setcsr(csr & ~0x8040u);
	to = (float)from;
	_mm_setcsr(csr);
	return to;
}

struct number get(enum same_type t, const void *a, int64_t i)
{
	const float *f = a;
	const double *d = a;

	switch (t) {
	case SAME_S:
		return (struct number){ widened(f[i]), 0 };
	case SAME_D:
		return (struct number){ d[i], 0 };
	case SAME_C:
		return (struct number){ widened(f[2 * i]),
					widened(f[2 * i + 1]) };
	default:
		return (struct number){ d[2 * i], d[2 * i + 1] };
	}
}

bool nil(enum same_type t, double x)
{
	volatile float f = narrowed(x);

	return twice(t) ? x == 0 : f == 0;
}

bool zero(enum same_type t, struct number x)
{
	return nil(t, x.re) && nil(t, x.im);
}

static double quiet(double x)
{
	return x == x ? x : (double)NAN;
}

void put(enum same_type t, void *a, int64_t i, struct number x)
{
	float *f = a;
	double *d = a;

	x.re = quiet(x.re);
	x.im = quiet(x.im);
	if (t == SAME_S)
		f[i] = narrowed(x.re);
	else if (t == SAME_D)
		d[i] = x.re;
	else if (t == SAME_C) {
		f[2 * i] = narrowed(x.re);
		f[2 * i + 1] = narrowed(x.im);
	} else {
		d[2 * i] = x.re;
		d[2 * i + 1] = x.im;
	}
}

/* What is fused, and what is rounded, in the type's precision. */
double fused(enum same_type t, double a, double b, double c)
{
	return twice(t) ? fma(a, b, c) :
			  widened(fmaf(narrowed(a), narrowed(b), narrowed(c)));
}

double times(enum same_type t, double a, double b)
{
	return twice(t) ? a * b : widened(narrowed(a) * narrowed(b));
}

struct number chain(enum same_type t, struct number a, struct number b,
			   struct number sum)
{
	sum.re = fused(t, a.re, b.re, sum.re);
	if (!is_complex(t))
		return sum;
	sum.re = fused(t, -a.im, b.im, sum.re);
	sum.im = fused(t, a.re, b.im, sum.im);
	sum.im = fused(t, a.im, b.re, sum.im);
	return sum;
}

struct number scaled(enum same_type t, struct number alpha,
			    struct number x)
{
	struct number r = { times(t, alpha.re, x.re), 0 };

	if (!is_complex(t))
		return r;
	r.im = times(t, alpha.re, x.im);
	if (!nil(t, alpha.im)) {
		r.re = fused(t, -alpha.im, x.im, r.re);
		r.im = fused(t, alpha.im, x.re, r.im);
	}
	return r;
}

struct number ended(enum same_type t, struct number sum,
			   struct number alpha, struct number beta,
			   struct number c)
{
	struct number r = scaled(t, alpha, sum);

	if (zero(t, beta))
		return r;
	r.re = fused(t, beta.re, c.re, r.re);
	if (!is_complex(t))
		return r;
	r.im = fused(t, beta.re, c.im, r.im);
	if (!nil(t, beta.im)) {
		r.re = fused(t, -beta.im, c.im, r.re);
		r.im = fused(t, beta.im, c.re, r.im);
	}
	return r;
}

static double divided(enum same_type t, double a, double b)
{
	if (twice(t))
		return a / b;
	return widened(narrowed(a) / narrowed(b));
}

/* x / a: by Smith's reciprocal where numbers are complex. */
struct number quotient(enum same_type t, struct number x,
			      struct number a)
{
	struct number r, by;
	double q, d;

	if (!is_complex(t)) {
		r.re = divided(t, x.re, a.re);
		r.im = 0;
		return r;
	}
	if (fabs(a.re) >= fabs(a.im)) {
		q = divided(t, a.im, a.re);
		d = fused(t, a.im, q, a.re);
		by.re = divided(t, 1, d);
		by.im = divided(t, -q, d);
	} else {
		q = divided(t, a.re, a.im);
		d = fused(t, a.re, q, a.im);
		by.re = divided(t, q, d);
		by.im = divided(t, -1, d);
	}
	r.re = times(t, by.re, x.re);
	r.im = times(t, by.re, x.im);
	r.re = fused(t, -by.im, x.im, r.re);
	r.im = fused(t, by.im, x.re, r.im);
	return r;
}

struct number operand(enum same_type t, const void *a, int64_t ld,
			     char trans, int64_t i, int64_t j)
{
	bool turned = trans == 'T' || trans == 'C';
	struct number x = get(t, a, turned ? j + i * ld : i + j * ld);

	if (trans == 'C' || trans == 'R')
		x.im = -x.im;
	return x;
}

enum same_type real_of(enum same_type t)
{
	return twice(t) ? SAME_D : SAME_S;
}

void modify(enum same_type t, const char *param, double *x, double *y)
{
	double flag = get(t, param, 0).re, u = *x, w = *y;

	if (flag == -2)
		return;
	if (flag == 0) {
		*x = fused(t, get(t, param, 3).re, w, u);
		*y = fused(t, get(t, param, 2).re, u, w);
	} else if (flag == 1) {
		*x = fused(t, get(t, param, 1).re, u, w);
		*y = fused(t, get(t, param, 4).re, w, -u);
	} else {
		*x = fused(t, get(t, param, 3).re, w,
			   times(t, get(t, param, 1).re, u));
		*y = fused(t, get(t, param, 4).re, w,
			   times(t, get(t, param, 2).re, u));
	}
}

void fill(enum same_type t, char *a, int64_t n, bool wild)
{
	for (int64_t i = 0; i < n; i++) {
		struct number x = { number(wild), number(wild) };

		put(t, a, i, x);
	}
}

/* Unaligned by `at` bytes; whatever lies around is a NaN that must not move. */
char *array(enum same_type t, int64_t n, size_t at, bool wild)
{
	char *a = (char *)malloc((size_t)n * size_of(t) + 64 + at);

	assert_non_null(a);
	memset(a, 0xff, (size_t)n * size_of(t) + 64 + at);
	fill(t, a + at, n, wild);
	return a + at;
}

void scalar(enum same_type t, char *x, bool wild)
{
	static const double usual[] = { 0, 1, -1, 0.7 };
	struct number r = { usual[below(4)], below(3) ? 0 : number(false) };

	if (wild && !below(4))
		r.re = number(true);
	put(t, x, 0, r);
}

int64_t length(int64_t most)
{
	static const int64_t special[] = { 0, 1, 2, 3, 7, 8, 16, 31, 48, 97 };
	int64_t n = below(2) ? special[below(10)] : below(most);

	return n < most ? n : most;
}

static size_t page_down(size_t at)
{
	return at / PAGE * PAGE;
}

char *guarded(enum same_type t, int64_t n, bool wild)
{
	size_t bytes = (size_t)n * size_of(t), part = size_of(real_of(t));
	size_t at[] = { 0, page_down(bytes + PAGE - 1) - bytes,
			part * (size_t)below((int64_t)(64 / part)) };
	size_t start = at[below(3)];
	size_t whole = page_down(start + bytes + PAGE - 1);
	char *map = mmap(NULL, whole + 2 * PAGE, PROT_NONE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(map != MAP_FAILED);
	assert_false(mprotect(map + PAGE, whole, PROT_READ | PROT_WRITE));
	memset(map + PAGE, 0xff, whole);
	fill(t, map + PAGE + start, n, wild);
	return map + PAGE + start;
}

void unguard(enum same_type t, char *a, int64_t n)
{
	char *end = a + (size_t)n * size_of(t);
	char *first = a - (uintptr_t)a % PAGE, *last = end;

	for (char *p = first; p < a; p++)
		assert_int_equal(*p, (char)0xff);
	for (; (uintptr_t)last % PAGE; last++)
		assert_int_equal(*last, (char)0xff);
	munmap(first - PAGE, (size_t)(last - first) + 2 * PAGE);
}
