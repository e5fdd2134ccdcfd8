/* SPDX-License-Identifier: MIT */
#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#define ISA fma128
#define VBYTES 16
#define V_S __m128
#define V_D __m128d
#define MV_S 3
#define NR_S 4
#define MV_D 3
#define NR_D 4
#define MV_C 2
#define NR_C 2
#define FMA_S _mm_fmadd_ps
#define FMA_D _mm_fmadd_pd
#define FNMA_S _mm_fnmadd_ps
#define FNMA_D _mm_fnmadd_pd
#define SET1_S _mm_set1_ps
#define SET1_D _mm_set1_pd
#define FMA1_S __builtin_fmaf
#define FMA1_D __builtin_fma

static inline __m128 canon_s(__m128 v)
{
	return _mm_blendv_ps(v, _mm_castsi128_ps(_mm_set1_epi32(0x7fc00000)),
			     _mm_cmp_ps(v, v, _CMP_UNORD_Q));
}

static inline __m128d canon_d(__m128d v)
{
	return _mm_blendv_pd(
		v, _mm_castsi128_pd(_mm_set1_epi64x(0x7ff8000000000000)),
		_mm_cmp_pd(v, v, _CMP_UNORD_Q));
}

/* Is there a NaN in any lane of either? */
static inline bool unordered_s(__m128 a, __m128 b)
{
	return _mm_movemask_ps(_mm_cmpunord_ps(a, b)) != 0;
}

static inline bool unordered_d(__m128d a, __m128d b)
{
	return _mm_movemask_pd(_mm_cmpunord_pd(a, b)) != 0;
}

/* Lanes before the nth. */
static inline __m128i lanes_s(int64_t n)
{
	static const int mask[8] = { -1, -1, -1, -1 };

	return _mm_loadu_si128((const __m128i *)(mask + 4 - n));
}

static inline __m128i lanes_d(int64_t n)
{
	static const long long mask[4] = { -1, -1 };

	return _mm_loadu_si128((const __m128i *)(mask + 2 - n));
}

/* The first n numbers, and zeros. */
static inline __m128 some_s(int64_t n, const float *a)
{
	return _mm_maskload_ps(a, lanes_s(n));
}

static inline __m128d some_d(int64_t n, const double *a)
{
	return _mm_maskload_pd(a, lanes_d(n));
}

static inline __m128 folded_s(__m128 v)
{
	return v;
}

static inline __m128d folded_d(__m128d v)
{
	return v;
}

/* sum + a * b in the first n lanes */
static inline __m128 part_s(int64_t n, const float *a, const float *b,
			    __m128 sum)
{
	return _mm_blendv_ps(sum, _mm_fmadd_ps(some_s(n, a), some_s(n, b), sum),
			     _mm_castsi128_ps(lanes_s(n)));
}

static inline __m128d part_d(int64_t n, const double *a, const double *b,
			     __m128d sum)
{
	return _mm_blendv_pd(sum, _mm_fmadd_pd(some_d(n, a), some_d(n, b), sum),
			     _mm_castsi128_pd(lanes_d(n)));
}

static bool here(void)
{
	return __builtin_cpu_supports("fma");
}

#include "isa.h"
