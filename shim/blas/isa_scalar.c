/* SPDX-License-Identifier: MIT */
/* For processors without fused multiply-add. */
#include <emmintrin.h>
#include <stdbool.h>
#include <stdint.h>

#include "soft_fma.h"

#define ISA scalar
#define VBYTES 16
/* Vectors, so that the templates serve; what is fused goes lane by lane. */
typedef float soft_s __attribute__((vector_size(16)));
typedef double soft_d __attribute__((vector_size(16)));
#define V_S soft_s
#define V_D soft_d
#define MV_S 2
#define NR_S 4
#define MV_D 2
#define NR_D 4
#define MV_C 1
#define NR_C 2
#define FMA_S fma_s
#define FMA_D fma_d
#define FNMA_S(a, b, c) fma_s(-(a), b, c)
#define FNMA_D(a, b, c) fma_d(-(a), b, c)
#define SET1_S set1_s
#define SET1_D set1_d
#define FMA1_S soft_fmaf
#define FMA1_D soft_fmad

static inline soft_s set1_s(float x)
{
	return (soft_s){ x, x, x, x };
}

static inline soft_d set1_d(double x)
{
	return (soft_d){ x, x };
}

static __attribute__((noinline)) soft_s fma_s(soft_s a, soft_s b, soft_s c)
{
	for (int i = 0; i < 4; i++)
		c[i] = soft_fmaf(a[i], b[i], c[i]);
	return c;
}

static __attribute__((noinline)) soft_d fma_d(soft_d a, soft_d b, soft_d c)
{
	for (int i = 0; i < 2; i++)
		c[i] = soft_fmad(a[i], b[i], c[i]);
	return c;
}

static soft_s canon_s(soft_s v)
{
	for (int i = 0; i < 4; i++)
		v[i] = v[i] == v[i] ? v[i] : __builtin_nanf("");
	return v;
}

static soft_d canon_d(soft_d v)
{
	for (int i = 0; i < 2; i++)
		v[i] = v[i] == v[i] ? v[i] : __builtin_nan("");
	return v;
}

/* Is there a NaN in any lane of either? */
static inline bool unordered_s(soft_s a, soft_s b)
{
	return _mm_movemask_ps(_mm_cmpunord_ps((__m128)a, (__m128)b)) != 0;
}

static inline bool unordered_d(soft_d a, soft_d b)
{
	return _mm_movemask_pd(_mm_cmpunord_pd((__m128d)a, (__m128d)b)) != 0;
}

/* The first n numbers, and zeros. */
static soft_s some_s(int64_t n, const float *a)
{
	soft_s r = { 0 };

	for (int i = 0; i < n; i++)
		r[i] = a[i];
	return r;
}

static soft_d some_d(int64_t n, const double *a)
{
	soft_d r = { 0 };

	for (int i = 0; i < n; i++)
		r[i] = a[i];
	return r;
}

static __m128 folded_s(soft_s v)
{
	return (__m128)v;
}

static __m128d folded_d(soft_d v)
{
	return (__m128d)v;
}

/* sum + a * b in the first n lanes */
static soft_s part_s(int64_t n, const float *a, const float *b, soft_s sum)
{
	for (int i = 0; i < n; i++)
		sum[i] = soft_fmaf(a[i], b[i], sum[i]);
	return sum;
}

static soft_d part_d(int64_t n, const double *a, const double *b, soft_d sum)
{
	for (int i = 0; i < n; i++)
		sum[i] = soft_fmad(a[i], b[i], sum[i]);
	return sum;
}

static bool here(void)
{
	return true;
}

#include "isa.h"
