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

#define R float
#define V V_S
#define VL (VBYTES / 4)
#define MV MV_S
#define NR NR_S
#define FMA FMA_S
#define FMA1 FMA1_S
#define SET1 SET1_S
#define CANON canon_s
#define QUIET __builtin_nanf("")
#define NAME(x) s_##x
#include "complex.h"
#include "gemm_kernel.h"
#include "triangle_kernel.h"
#include "level1_kernel.h"
#include "level1_vector.h"
#include "level2_kernel.h"
#include "level2_solve.h"
#include "isa_end.h"

#define R double
#define V V_D
#define VL (VBYTES / 8)
#define MV MV_D
#define NR NR_D
#define FMA FMA_D
#define FMA1 FMA1_D
#define SET1 SET1_D
#define CANON canon_d
#define QUIET __builtin_nan("")
#define NAME(x) d_##x
#include "complex.h"
#include "gemm_kernel.h"
#include "triangle_kernel.h"
#include "level1_kernel.h"
#include "level1_vector.h"
#include "level2_kernel.h"
#include "level2_solve.h"
#include "isa_end.h"

#define COMPLEX
#define R float
#define V V_S
#define VL (VBYTES / 4)
#define MV MV_C
#define NR NR_C
#define FMA FMA_S
#define FNMA FNMA_S
#define FMA1 FMA1_S
#define SET1 SET1_S
#define CANON canon_s
#define QUIET __builtin_nanf("")
#define NAME(x) c_##x
#include "complex.h"
#include "gemm_complex.h"
#include "triangle_kernel.h"
#include "level1_kernel.h"
#include "level1_vector.h"
#include "level2_kernel.h"
#include "level2_solve.h"
#include "isa_end.h"

#define R double
#define V V_D
#define VL (VBYTES / 8)
#define MV MV_C
#define NR NR_C
#define FMA FMA_D
#define FNMA FNMA_D
#define FMA1 FMA1_D
#define SET1 SET1_D
#define CANON canon_d
#define QUIET __builtin_nan("")
#define NAME(x) z_##x
#include "complex.h"
#include "gemm_complex.h"
#include "triangle_kernel.h"
#include "level1_kernel.h"
#include "level1_vector.h"
#include "level2_kernel.h"
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
