/* SPDX-License-Identifier: MIT */
#include <immintrin.h>
#include <stdbool.h>

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

static bool here(void)
{
	return __builtin_cpu_supports("fma");
}

#include "isa.h"
