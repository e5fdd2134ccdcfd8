/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the kernels share: random operands, and the arithmetic of
 * shim/blas/README.md one number at a time.
 */
#ifndef SAMEBITS_TEST_MODEL_H
#define SAMEBITS_TEST_MODEL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmmintrin.h>

#include <cmocka.h>

#include "../../shim/blas/same.h"

#define TYPES 4
#define ISAS 4
extern const char *const isas[ISAS];

uint64_t draw(void);
int64_t below(int64_t n);
/* In (-1, 1); where `wild`, sometimes what arithmetic stumbles over. */
double number(bool wild);
/* Of a dimension: 0, 1 and primes among them. */
int64_t length(int64_t most);
/* 1, 2, 3, 4, 7 or 16 threads. */
#define THREADS 6
extern const unsigned threads_of[THREADS];
unsigned some_threads(void);
/* Starts the kernels; false: this processor has none of this set. */
bool use(const char *isa, unsigned threads);

/* Numbers of any type are two doubles here: a float is exact in one. */
struct number {
	double re, im;
};

bool twice(enum same_type t); /* double precision */
bool is_complex(enum same_type t);
size_t size_of(enum same_type t);
struct number get(enum same_type t, const void *a, int64_t i);
/* Exact, whatever the flush bits. */
double widened(float x);
float narrowed(double x);
/* NaNs become the quiet one. */
void put(enum same_type t, void *a, int64_t i, struct number x);
/* Is it 0? With subnormals as zeros, those are. */
bool nil(enum same_type t, double x);
bool zero(enum same_type t, struct number x);
/* In the precision of the type: */
double fused(enum same_type t, double a, double b, double c);
double times(enum same_type t, double a, double b);
/* sum + a * b */
struct number chain(enum same_type t, struct number a, struct number b,
		    struct number sum);
/* alpha * x */
struct number scaled(enum same_type t, struct number alpha, struct number x);
/* alpha * sum + beta * c */
struct number ended(enum same_type t, struct number sum, struct number alpha,
		    struct number beta, struct number c);
/* x / a: by Smith's reciprocal where numbers are complex. */
struct number quotient(enum same_type t, struct number x, struct number a);
enum same_type real_of(enum same_type t);
/* One element of rotm: h11, h21, h12, h22 behind the flag. */
void modify(enum same_type t, const char *param, double *x, double *y);
/* Element (i, j) of op(a). */
struct number operand(enum same_type t, const void *a, int64_t ld, char trans,
		      int64_t i, int64_t j);

void fill(enum same_type t, char *a, int64_t n, bool wild);
/* n numbers, `at` bytes from where malloc puts them. Never freed. */
char *array(enum same_type t, int64_t n, size_t at, bool wild);
/* n numbers; what lies before or behind them cannot be accessed, or they lie
 * anywhere modulo 64, between bytes that must not change. */
char *guarded(enum same_type t, int64_t n, bool wild);
/* Looks whether they did. */
void unguard(enum same_type t, char *a, int64_t n);
/* alpha or beta: often 0 or 1. */
void scalar(enum same_type t, char *x, bool wild);

#endif
