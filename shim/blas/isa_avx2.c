/* SPDX-License-Identifier: MIT */
#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#define ISA avx2
#define VBYTES 32
#define V_S __m256
#define V_D __m256d
#define MV_S 3
#define NR_S 4
#define MV_D 3
#define NR_D 4
#define MV_C 2
#define NR_C 2
#define FMA_S _mm256_fmadd_ps
#define FMA_D _mm256_fmadd_pd
#define FNMA_S _mm256_fnmadd_ps
#define FNMA_D _mm256_fnmadd_pd
#define SET1_S _mm256_set1_ps
#define SET1_D _mm256_set1_pd
#define FMA1_S __builtin_fmaf
#define FMA1_D __builtin_fma

static inline __m256 canon_s(__m256 v)
{
	return _mm256_blendv_ps(
		v, _mm256_castsi256_ps(_mm256_set1_epi32(0x7fc00000)),
		_mm256_cmp_ps(v, v, _CMP_UNORD_Q));
}

static inline __m256d canon_d(__m256d v)
{
	return _mm256_blendv_pd(
		v, _mm256_castsi256_pd(_mm256_set1_epi64x(0x7ff8000000000000)),
		_mm256_cmp_pd(v, v, _CMP_UNORD_Q));
}

/* Is there a NaN in any lane of either? */
static inline bool unordered_s(__m256 a, __m256 b)
{
	return _mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_UNORD_Q)) != 0;
}

static inline bool unordered_d(__m256d a, __m256d b)
{
	return _mm256_movemask_pd(_mm256_cmp_pd(a, b, _CMP_UNORD_Q)) != 0;
}

/* Lanes before the nth. */
static inline __m256i lanes_s(int64_t n)
{
	static const int mask[16] = { -1, -1, -1, -1, -1, -1, -1, -1 };

	return _mm256_loadu_si256((const __m256i *)(mask + 8 - n));
}

static inline __m256i lanes_d(int64_t n)
{
	static const long long mask[8] = { -1, -1, -1, -1 };

	return _mm256_loadu_si256((const __m256i *)(mask + 4 - n));
}

/* The first n numbers, and zeros. */
static inline __m256 some_s(int64_t n, const float *a)
{
	return _mm256_maskload_ps(a, lanes_s(n));
}

static inline __m256d some_d(int64_t n, const double *a)
{
	return _mm256_maskload_pd(a, lanes_d(n));
}

/* Halves are added until 128 bits are left. */
static inline __m128 folded_s(__m256 v)
{
	return _mm_add_ps(_mm256_castps256_ps128(v),
			  _mm256_extractf128_ps(v, 1));
}

static inline __m128d folded_d(__m256d v)
{
	return _mm_add_pd(_mm256_castpd256_pd128(v),
			  _mm256_extractf128_pd(v, 1));
}

/* sum + a * b in the first n lanes */
static inline __m256 part_s(int64_t n, const float *a, const float *b,
			    __m256 sum)
{
	return _mm256_blendv_ps(
		sum, _mm256_fmadd_ps(some_s(n, a), some_s(n, b), sum),
		_mm256_castsi256_ps(lanes_s(n)));
}

static inline __m256d part_d(int64_t n, const double *a, const double *b,
			     __m256d sum)
{
	return _mm256_blendv_pd(
		sum, _mm256_fmadd_pd(some_d(n, a), some_d(n, b), sum),
		_mm256_castsi256_pd(lanes_d(n)));
}

static bool here(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

#include "isa.h"
