/* SPDX-License-Identifier: MIT */
/*
 * All kernels of one instruction set, from what isa_*.c defined. Each template
 * is included for each type.
 */
#include <emmintrin.h>

#include "kernels.h"

#ifdef __clang__
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

/* The end of the tree over lanes: of four vectors, and of one. */
static inline void add4_s(__m128 a, __m128 b, __m128 c, __m128 d, float *r)
{
	__m128 ab = _mm_add_ps(_mm_movelh_ps(a, b), _mm_movehl_ps(b, a));
	__m128 cd = _mm_add_ps(_mm_movelh_ps(c, d), _mm_movehl_ps(d, c));

	_mm_storeu_ps(r, _mm_add_ps(_mm_shuffle_ps(ab, cd, 0x88),
				    _mm_shuffle_ps(ab, cd, 0xdd)));
}

static inline void add4_d(__m128d a, __m128d b, __m128d c, __m128d d, double *r)
{
	_mm_storeu_pd(r, _mm_add_pd(_mm_unpacklo_pd(a, b),
				    _mm_unpackhi_pd(a, b)));
	_mm_storeu_pd(r + 2, _mm_add_pd(_mm_unpacklo_pd(c, d),
					_mm_unpackhi_pd(c, d)));
}

static inline float add1_s(__m128 a)
{
	__m128 s = _mm_add_ps(_mm_movelh_ps(a, a), _mm_movehl_ps(a, a));

	return _mm_cvtss_f32(_mm_add_ss(s, _mm_shuffle_ps(s, s, 1)));
}

static inline double add1_d(__m128d a)
{
	return _mm_cvtsd_f64(_mm_add_sd(a, _mm_unpackhi_pd(a, a)));
}

#define R float
#define I int32_t
#define V V_S
#define VL (VBYTES / 4)
#define MV MV_S
#define NR NR_S
#define FMA FMA_S
#define FMA1 FMA1_S
#define SET1 SET1_S
#define CANON canon_s
#define FOLDED folded_s
#define PART part_s
#define PARTLY some_s
#define UNORDERED unordered_s
#define ADD4 add4_s
#define ADD1 add1_s
#define QUIET __builtin_nanf("")
#define NAME(x) s_##x
#include "complex.h"
#include "gemm_kernel.h"
#include "triangle_kernel.h"
#include "dot_kernel.h"
#include "level1_kernel.h"
#include "level1_vector.h"
#include "level2_kernel.h"
#include "level2_dot.h"
#include "level2_solve.h"
#include "isa_end.h"

#define R double
#define I int64_t
#define V V_D
#define VL (VBYTES / 8)
#define MV MV_D
#define NR NR_D
#define FMA FMA_D
#define FMA1 FMA1_D
#define SET1 SET1_D
#define CANON canon_d
#define FOLDED folded_d
#define PART part_d
#define PARTLY some_d
#define UNORDERED unordered_d
#define ADD4 add4_d
#define ADD1 add1_d
#define QUIET __builtin_nan("")
#define NAME(x) d_##x
#include "complex.h"
#include "gemm_kernel.h"
#include "triangle_kernel.h"
#include "dot_kernel.h"
#include "level1_kernel.h"
#include "level1_vector.h"
#include "level2_kernel.h"
#include "level2_dot.h"
#include "level2_solve.h"
#include "isa_end.h"

#define COMPLEX
#define R float
#define I int32_t
#define V V_S
#define VL (VBYTES / 4)
#define MV MV_C
#define NR NR_C
#define FMA FMA_S
#define FNMA FNMA_S
#define FMA1 FMA1_S
#define SET1 SET1_S
#define CANON canon_s
#define FOLDED folded_s
#define PART part_s
#define PARTLY some_s
#define UNORDERED unordered_s
#define ADD4 add4_s
#define ADD1 add1_s
#define QUIET __builtin_nanf("")
#define NAME(x) c_##x
#include "complex.h"
#include "gemm_complex.h"
#include "triangle_kernel.h"
#include "dot_kernel.h"
#include "level1_kernel.h"
#include "level1_vector.h"
#include "level2_kernel.h"
#include "level2_dot.h"
#include "level2_solve.h"
#include "isa_end.h"

#define R double
#define I int64_t
#define V V_D
#define VL (VBYTES / 8)
#define MV MV_C
#define NR NR_C
#define FMA FMA_D
#define FNMA FNMA_D
#define FMA1 FMA1_D
#define SET1 SET1_D
#define CANON canon_d
#define FOLDED folded_d
#define PART part_d
#define PARTLY some_d
#define UNORDERED unordered_d
#define ADD4 add4_d
#define ADD1 add1_d
#define QUIET __builtin_nan("")
#define NAME(x) z_##x
#include "complex.h"
#include "gemm_complex.h"
#include "triangle_kernel.h"
#include "dot_kernel.h"
#include "level1_kernel.h"
#include "level1_vector.h"
#include "level2_kernel.h"
#include "level2_dot.h"
#include "level2_solve.h"
#include "isa_end.h"

#include "dsdot.h"

#define TABLE_OF(isa) kernels_##isa
#define TABLE(isa) TABLE_OF(isa)
#define TEXT_OF(isa) #isa
#define TEXT(isa) TEXT_OF(isa)

const struct kernels TABLE(ISA) = {
	.name = TEXT(ISA),
	.here = here,
	.gemm = { &s_gemm, &d_gemm, &c_gemm, &z_gemm },
	.triangle = { &s_triangle, &d_triangle, &c_triangle, &z_triangle },
	.level1 = { &s_level1, &d_level1, &c_level1, &z_level1 },
	.dsdot = dsdot,
	.level2 = { &s_level2, &d_level2, &c_level2, &z_level2 },
};
