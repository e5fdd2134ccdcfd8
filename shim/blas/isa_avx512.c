/* SPDX-License-Identifier: MIT */
#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#define ISA avx512
#define VBYTES 64
#define V_S __m512
#define V_D __m512d
#define MV_S 3
#define NR_S 8
#define MV_D 3
#define NR_D 8
#define MV_C 2
#define NR_C 6
#define FMA_S _mm512_fmadd_ps
#define FMA_D _mm512_fmadd_pd
#define FNMA_S _mm512_fnmadd_ps
#define FNMA_D _mm512_fnmadd_pd
#define SET1_S _mm512_set1_ps
#define SET1_D _mm512_set1_pd
#define FMA1_S __builtin_fmaf
#define FMA1_D __builtin_fma

static inline __m512 canon_s(__m512 v)
{
	return _mm512_mask_mov_ps(
		v, _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q),
		_mm512_castsi512_ps(_mm512_set1_epi32(0x7fc00000)));
}

static inline __m512d canon_d(__m512d v)
{
	return _mm512_mask_mov_pd(
		v, _mm512_cmp_pd_mask(v, v, _CMP_UNORD_Q),
		_mm512_castsi512_pd(_mm512_set1_epi64(0x7ff8000000000000)));
}

/* Is there a NaN in any lane of either? */
static inline bool unordered_s(__m512 a, __m512 b)
{
	return _mm512_cmp_ps_mask(a, b, _CMP_UNORD_Q) != 0;
}

static inline bool unordered_d(__m512d a, __m512d b)
{
	return _mm512_cmp_pd_mask(a, b, _CMP_UNORD_Q) != 0;
}

/* The first n numbers, and zeros. */
static inline __m512 some_s(int64_t n, const float *a)
{
	return _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), a);
}

static inline __m512d some_d(int64_t n, const double *a)
{
	return _mm512_maskz_loadu_pd((__mmask8)((1u << n) - 1), a);
}

/* Halves are added until 128 bits are left. */
static inline __m128 folded_s(__m512 v)
{
	__m256 h = _mm256_add_ps(_mm512_castps512_ps256(v),
				 _mm512_extractf32x8_ps(v, 1));

	return _mm_add_ps(_mm256_castps256_ps128(h),
			  _mm256_extractf128_ps(h, 1));
}

static inline __m128d folded_d(__m512d v)
{
	__m256d h = _mm256_add_pd(_mm512_castpd512_pd256(v),
				  _mm512_extractf64x4_pd(v, 1));

	return _mm_add_pd(_mm256_castpd256_pd128(h),
			  _mm256_extractf128_pd(h, 1));
}

/* sum + a * b in the first n lanes */
static inline __m512 part_s(int64_t n, const float *a, const float *b,
			    __m512 sum)
{
	__mmask16 m = (__mmask16)((1u << n) - 1);

	return _mm512_mask3_fmadd_ps(_mm512_maskz_loadu_ps(m, a),
				     _mm512_maskz_loadu_ps(m, b), sum, m);
}

static inline __m512d part_d(int64_t n, const double *a, const double *b,
			     __m512d sum)
{
	__mmask8 m = (__mmask8)((1u << n) - 1);

	return _mm512_mask3_fmadd_pd(_mm512_maskz_loadu_pd(m, a),
				     _mm512_maskz_loadu_pd(m, b), sum, m);
}

static bool here(void)
{
	return __builtin_cpu_supports("avx512f") &&
	       __builtin_cpu_supports("avx512dq") &&
	       __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("fma");
}

#include "isa.h"
