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
	return _mm_blendv_pd(v,
			     _mm_castsi128_pd(
				     _mm_set1_epi64x(0x7ff8000000000000)),
			     _mm_cmp_pd(v, v, _CMP_UNORD_Q));
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
	static const int mask[8] = { -1, -1, -1, -1 };
	__m128i m = _mm_loadu_si128((const __m128i *)(mask + 4 - n));

	return _mm_blendv_ps(sum,
			     _mm_fmadd_ps(_mm_maskload_ps(a, m),
					  _mm_maskload_ps(b, m), sum),
			     _mm_castsi128_ps(m));
}

static inline __m128d part_d(int64_t n, const double *a, const double *b,
			     __m128d sum)
{
	static const long long mask[4] = { -1, -1 };
	__m128i m = _mm_loadu_si128((const __m128i *)(mask + 2 - n));

	return _mm_blendv_pd(sum,
			     _mm_fmadd_pd(_mm_maskload_pd(a, m),
					  _mm_maskload_pd(b, m), sum),
			     _mm_castsi128_pd(m));
}

static bool here(void)
{
	return __builtin_cpu_supports("fma");
}

#include "isa.h"
