/* SPDX-License-Identifier: MIT */
/*
 * The arithmetic of --blas=same: BLAS whose results are defined by README.md
 * in this folder alone. Matrices are column-major, arguments have been checked,
 * and options are capital letters. Lengths, leading dimensions and increments
 * count elements. `type` says what the pointers point to.
 */
#ifndef SAMEBITS_SAME_H
#define SAMEBITS_SAME_H

#include <stdbool.h>
#include <stdint.h>

enum same_type { SAME_S, SAME_D, SAME_C, SAME_Z };
/* Or'ed to the type, of level 3 but trmm and trsm (which have it by the other side
 * and triangle): matrices are row-major, element (i, j) lies at i * ld + j. Sizes
 * and options mean what they mean otherwise, and so does each step of a chain. */
#define SAME_ROWS 4

/* What the library needs of whoever has it. */
struct same_host {
	unsigned threads; /* at most so many work on one call */
	/* Starts a thread that calls run(arg) and never returns; 0 or -errno.
	 * NULL: all is done by the caller. */
	int (*spawn)(void (*run)(void *), void *arg);
	/* scalar, fma128, avx2 or avx512; NULL: the best there is. */
	const char *isa;
};

/* Before the first call. -ENOTSUP: this processor lacks that instruction set;
 * -EINVAL: there is none of this name. May be called again while no other call
 * is going on; threads that were started stay. */
int same_init(const struct same_host *host);
/* The instruction set in use. */
const char *same_isa(void);
/* From now on at most so many threads work on one call. At any time. */
void same_threads(unsigned threads);

/* Block sizes, for tests; 0: the usual one. Results do not depend on them. */
struct same_blocks {
	int64_t m, n, k;
	int64_t work; /* of multiplications, from which on threads help */
};
extern struct same_blocks same_blocks;

/* Level 3. trans: N, T, C, and R, which conjugates without transposing. */
void same_gemm(enum same_type type, char transa, char transb, int64_t m,
	      int64_t n, int64_t k, const void *alpha, const void *a,
	      int64_t lda, const void *b, int64_t ldb, const void *beta,
	      void *c, int64_t ldc);
/* `count` products of their own: pointers to each, or evenly spaced (strides in
 * elements). No C may overlap another. */
void same_gemm_batch(enum same_type type, char transa, char transb, int64_t m,
		     int64_t n, int64_t k, const void *alpha,
		     const void *const *a, int64_t lda, const void *const *b,
		     int64_t ldb, const void *beta, void *const *c, int64_t ldc,
		     int64_t count);
void same_gemm_strided(enum same_type type, char transa, char transb, int64_t m,
		       int64_t n, int64_t k, const void *alpha, const void *a,
		       int64_t lda, int64_t stridea, const void *b, int64_t ldb,
		       int64_t strideb, const void *beta, void *c, int64_t ldc,
		       int64_t stridec, int64_t count);
void same_gemmt(enum same_type type, char uplo, char transa, char transb,
		int64_t n, int64_t k, const void *alpha, const void *a,
		int64_t lda, const void *b, int64_t ldb, const void *beta,
		void *c, int64_t ldc);
/* Hermitian: hemm. */
void same_symm(enum same_type type, bool hermitian, char side, char uplo,
	       int64_t m, int64_t n, const void *alpha, const void *a,
	       int64_t lda, const void *b, int64_t ldb, const void *beta,
	       void *c, int64_t ldc);
/* Hermitian: herk and her2k, whose alpha (of herk) and beta are real. */
void same_syrk(enum same_type type, bool hermitian, char uplo, char trans,
	       int64_t n, int64_t k, const void *alpha, const void *a,
	       int64_t lda, const void *beta, void *c, int64_t ldc);
void same_syr2k(enum same_type type, bool hermitian, char uplo, char trans,
		int64_t n, int64_t k, const void *alpha, const void *a,
		int64_t lda, const void *b, int64_t ldb, const void *beta,
		void *c, int64_t ldc);
void same_trmm(enum same_type type, char side, char uplo, char trans,
	       char diag, int64_t m, int64_t n, const void *alpha,
	       const void *a, int64_t lda, void *b, int64_t ldb);
void same_trsm(enum same_type type, char side, char uplo, char trans,
	       char diag, int64_t m, int64_t n, const void *alpha,
	       const void *a, int64_t lda, void *b, int64_t ldb);

/*
 * Level 2 and 1. A vector's pointer is as BLAS has it: the lowest address, also
 * where its increment is negative. trans: N, T, C or R.
 */

/* What row-major Hermitian matrices are in columns: their conjugates. Of ger:
 * its second vector is conjugated (gerc), or its first. */
enum same_symmetry { SAME_SYMMETRIC, SAME_HERMITIAN, SAME_CONJUGATE };

void same_gemv(enum same_type type, char trans, int64_t m, int64_t n,
	       const void *alpha, const void *a, int64_t lda, const void *x,
	       int64_t incx, const void *beta, void *y, int64_t incy);
void same_gbmv(enum same_type type, char trans, int64_t m, int64_t n,
	       int64_t kl, int64_t ku, const void *alpha, const void *a,
	       int64_t lda, const void *x, int64_t incx, const void *beta,
	       void *y, int64_t incy);
/* Hermitian: hemv, hbmv and hpmv. */
void same_symv(enum same_type type, enum same_symmetry symmetry, char uplo,
	       int64_t n, const void *alpha, const void *a, int64_t lda,
	       const void *x, int64_t incx, const void *beta, void *y,
	       int64_t incy);
void same_sbmv(enum same_type type, enum same_symmetry symmetry, char uplo,
	       int64_t n, int64_t k, const void *alpha, const void *a,
	       int64_t lda, const void *x, int64_t incx, const void *beta,
	       void *y, int64_t incy);
void same_spmv(enum same_type type, enum same_symmetry symmetry, char uplo,
	       int64_t n, const void *alpha, const void *ap, const void *x,
	       int64_t incx, const void *beta, void *y, int64_t incy);
/* Products, and solutions, in the place of x. */
void same_trmv(enum same_type type, char uplo, char trans, char diag,
	       int64_t n, const void *a, int64_t lda, void *x, int64_t incx);
void same_tbmv(enum same_type type, char uplo, char trans, char diag,
	       int64_t n, int64_t k, const void *a, int64_t lda, void *x, int64_t incx);
void same_tpmv(enum same_type type, char uplo, char trans, char diag,
	       int64_t n, const void *a, void *x, int64_t incx);
void same_trsv(enum same_type type, char uplo, char trans, char diag,
	       int64_t n, const void *a, int64_t lda, void *x, int64_t incx);
void same_tbsv(enum same_type type, char uplo, char trans, char diag,
	       int64_t n, int64_t k, const void *a, int64_t lda, void *x, int64_t incx);
void same_tpsv(enum same_type type, char uplo, char trans, char diag,
	       int64_t n, const void *a, void *x, int64_t incx);
void same_ger(enum same_type type, enum same_symmetry symmetry, int64_t m,
	      int64_t n, const void *alpha, const void *x, int64_t incx,
	      const void *y, int64_t incy, void *a, int64_t lda);
/* Hermitian: her and hpr, whose alpha is real, her2 and hpr2. */
void same_syr(enum same_type type, enum same_symmetry symmetry, char uplo,
	      int64_t n, const void *alpha, const void *x, int64_t incx,
	      void *a, int64_t lda);
void same_spr(enum same_type type, enum same_symmetry symmetry, char uplo,
	      int64_t n, const void *alpha, const void *x, int64_t incx,
	      void *ap);
void same_syr2(enum same_type type, enum same_symmetry symmetry, char uplo,
	       int64_t n, const void *alpha, const void *x, int64_t incx,
	       const void *y, int64_t incy, void *a, int64_t lda);
void same_spr2(enum same_type type, enum same_symmetry symmetry, char uplo,
	       int64_t n, const void *alpha, const void *x, int64_t incx,
	       const void *y, int64_t incy, void *ap);

void same_copy(enum same_type type, int64_t n, const void *x, int64_t incx,
	       void *y, int64_t incy);
void same_swap(enum same_type type, int64_t n, void *x, int64_t incx, void *y,
	       int64_t incy);
void same_dot(enum same_type type, bool conj, int64_t n, const void *x,
	      int64_t incx, const void *y, int64_t incy, void *result);
/* Of floats, in double precision; and that plus b, rounded. */
double same_dsdot(int64_t n, const float *x, int64_t incx, const float *y,
		  int64_t incy);
float same_sdsdot(int64_t n, float b, const float *x, int64_t incx,
		  const float *y, int64_t incy);
/* Their results are real. */
void same_asum(enum same_type type, int64_t n, const void *x, int64_t incx,
	       void *result);
void same_nrm2(enum same_type type, int64_t n, const void *x, int64_t incx,
	       void *result);
/* From 1 on; 0: there are no elements. smallest: iamin. */
int64_t same_iamax(enum same_type type, bool smallest, int64_t n,
		   const void *x, int64_t incx);
void same_axpy(enum same_type type, int64_t n, const void *alpha,
	       const void *x, int64_t incx, void *y, int64_t incy);
void same_axpby(enum same_type type, int64_t n, const void *alpha,
		const void *x, int64_t incx, const void *beta, void *y,
		int64_t incy);
void same_scal(enum same_type type, int64_t n, const void *alpha, void *x,
	       int64_t incx);
/* alpha is real: csscal, zdscal */
void same_scal_real(enum same_type type, int64_t n, const void *alpha, void *x,
		    int64_t incx);
/* c and s are real: rot, csrot, zdrot. */
void same_rot(enum same_type type, int64_t n, void *x, int64_t incx, void *y,
	      int64_t incy, const void *c, const void *s);
/* c is real. */
void same_rotg(enum same_type type, void *a, void *b, void *c, void *s);
/* Of real types. */
void same_rotm(enum same_type type, int64_t n, void *x, int64_t incx, void *y,
	       int64_t incy, const void *param);
void same_rotmg(enum same_type type, void *d1, void *d2, void *x1,
		const void *y1, void *param);

#endif
