/* SPDX-License-Identifier: MIT */
/*
 * What a BLAS call reads and writes: digests of exactly the elements that its
 * definition refers to (one triangle, a band, every incx-th), so that memory
 * which has no part in the result does not count.
 */
#ifndef SAMEBITS_OPERAND_H
#define SAMEBITS_OPERAND_H

#include <stdbool.h>
#include <stdint.h>

enum operand_kind { /* of a routine; the last column of blas.def names it */
	GEMM, GEMMT, SYMM, SYRK, SYR2K, TRMM,
	GEMV, GBMV, SYMV, SBMV, SPMV, TRMV, TBMV, TPMV,
	GER, SYR, SPR, SYR2, SPR2,
	DOT, DSDOT, AXPY, AXPBY, SCAL, COPY, SWAP, NORM, SUM, INDEX,
	ROTM,
	OTHER, /* is not looked at */
};

enum number_type { S, D, C, Z, B };

/* The arguments of one call, by what they are. Lengths count elements. */
struct operands {
	uint8_t kind, type;
	bool row_major;
	bool no_order; /* what C's `order` says is neither */
	/* 'N' 'T' 'C', 'U' 'L', 'L' 'R', 'N' 'U'; 0: it has none */
	char transa, transb, uplo, side, diag;
	int64_t m, n, k, kl, ku;
	int64_t ld[3];	       /* of A, B, C, in the order of the arrays */
	int64_t inc[2];	       /* of x, y */
	const void *array[3];  /* as they come */
	uint8_t arrays;
	uint64_t scalar[2][2]; /* bits of alpha, beta; c and s of rotations */
};

/* Floating-point operations, by the usual count: 2mnk for a real product. */
uint64_t operands_work(const struct operands *o);
/* Digest of what the call will read. */
uint64_t operands_read(const struct operands *o);
/* Digest of what it wrote. */
uint64_t operands_written(const struct operands *o);
/* What it returns; 0: nothing, 1: a real of its type, 2: a complex, 3: an
 * integer, 4: a double whatever its type. */
unsigned operands_returns(const struct operands *o);

#endif
