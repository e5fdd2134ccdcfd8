/* SPDX-License-Identifier: MIT */
/*
 * cuSPARSE: products by the algorithms whose bits its guide promises. What asks
 * for the size of a buffer, what prepares and what multiplies decide alike.
 * Where such an algorithm does not serve (a transpose, another format), the
 * call is made as the program made it, and noted.
 */
#include "call.h"
#include "cuda.h"
#include "gpu.h"
#include "banned.h"

#define ROW(fn, as, text)                                                      \
	SOURCE(fn, .group = "cusparse", .policy = as, .optional = 1,           \
	       .doc = text)
#define PRODUCT(fn) ROW(fn, SB_FORCE, "sparse product: deterministic")

ROW(cusparseCreate, SB_OBSERVE, "makes a handle");
PRODUCT(cusparseSpMV_bufferSize);
PRODUCT(cusparseSpMV_preprocess);
PRODUCT(cusparseSpMV);
PRODUCT(cusparseSpMM_bufferSize);
PRODUCT(cusparseSpMM_preprocess);
PRODUCT(cusparseSpMM);
PRODUCT(cusparseSpGEMM_workEstimation);
PRODUCT(cusparseSpGEMM_compute);
PRODUCT(cusparseSpGEMM_copy);
PRODUCT(cusparseSpGEMMreuse_workEstimation);
PRODUCT(cusparseSpGEMMreuse_nnz);
PRODUCT(cusparseSpGEMMreuse_copy);
PRODUCT(cusparseSpGEMMreuse_compute);

enum { NOT_INITIALIZED = 1, INVALID_VALUE = 3, NOT_SUPPORTED = 10 };
enum { CSR = 1, CSC, COO };

static int format_of(const void *fn, cusparseConstSpMatDescr_t matrix)
{
	__typeof__(cusparseSpMatGetFormat) *get =
		scope_find("cusparseSpMatGetFormat", fn);
	cusparseFormat_t format = 0;

	return get && matrix && get(matrix, &format) == 0 ? format : 0;
}

static int spmv(int alg, int format)
{
	switch (format) {
	case CSR:
	case CSC:
		return 3; /* CUSPARSE_SPMV_CSR_ALG2 */
	case COO:
		return 4; /* CUSPARSE_SPMV_COO_ALG2 */
	default:
		return alg;
	}
}

static int spmm(int alg, int format)
{
	switch (format) {
	case CSR:
	case CSC:
		return 12; /* CUSPARSE_SPMM_CSR_ALG3 */
	case COO:
		return 2; /* CUSPARSE_SPMM_COO_ALG2 */
	default:
		return alg;
	}
}

static int spgemm(int alg, int format)
{
	return format ? 1 /* CUSPARSE_SPGEMM_CSR_ALG_DETERMINITIC */ : alg;
}

static bool does_not_serve(cusparseStatus_t status)
{
	return status == NOT_SUPPORTED || status == INVALID_VALUE;
}

/* with(algorithm): the call. */
#define MULTIPLY(fn, choose, with)                                             \
	struct call c;                                                         \
	bool force = CALL(&c, fn) == SB_FORCE;                                 \
	__typeof__(real_##fn) real = REAL_HERE(fn);                            \
	cusparseStatus_t status;                                               \
	int used = alg;                                                        \
                                                                               \
	if (!real)                                                             \
		return NOT_INITIALIZED;                                        \
	if (force)                                                             \
		used = choose(alg, format_of((void *)real, A));                \
	status = with(used);                                                   \
	if (used != (int)alg && does_not_serve(status)) {                      \
		used = alg;                                                    \
		status = with(used);                                           \
		call_blind("cusparse", &src_##fn,                              \
			   ": no deterministic algorithm, left as it is");     \
	}                                                                      \
	call_end(&c, (uint64_t)used, 0);                                       \
	return status

EXPORT cusparseStatus_t cusparseCreate(cusparseHandle_t *handle)
{
	struct call c;
	__typeof__(real_cusparseCreate) real;
	__typeof__(cusparseGetVersion) *get;
	cusparseStatus_t status;
	int version = 0;

	CALL(&c, cusparseCreate);
	real = REAL_HERE(cusparseCreate);
	status = real ? real(handle) : NOT_INITIALIZED;
	get = scope_find("cusparseGetVersion", (void *)real);
	if (status == 0 && handle && get)
		get(*handle, &version);
	gpu_seen("cusparse", (void *)real, (uint64_t)version);
	call_end(&c, (uint64_t)status, 0);
	return status;
}

#define MV(a) real(handle, opA, alpha, A, x, beta, y, type, a, out)
EXPORT cusparseStatus_t cusparseSpMV_bufferSize(SPMV, size_t *out)
{
	MULTIPLY(cusparseSpMV_bufferSize, spmv, MV);
}

EXPORT cusparseStatus_t cusparseSpMV_preprocess(SPMV, void *out)
{
	MULTIPLY(cusparseSpMV_preprocess, spmv, MV);
}

EXPORT cusparseStatus_t cusparseSpMV(SPMV, void *out)
{
	MULTIPLY(cusparseSpMV, spmv, MV);
}

#define MM(a) real(handle, opA, opB, alpha, A, B, beta, C, type, a, out)
EXPORT cusparseStatus_t cusparseSpMM_bufferSize(SPMM, size_t *out)
{
	MULTIPLY(cusparseSpMM_bufferSize, spmm, MM);
}

EXPORT cusparseStatus_t cusparseSpMM_preprocess(SPMM, void *out)
{
	MULTIPLY(cusparseSpMM_preprocess, spmm, MM);
}

EXPORT cusparseStatus_t cusparseSpMM(SPMM, void *out)
{
	MULTIPLY(cusparseSpMM, spmm, MM);
}

#define GEMM(a, ...)                                                           \
	real(handle, opA, opB, alpha, A, B, beta, C, type, a, descr,           \
	     ##__VA_ARGS__)
#define GEMM_1(a) GEMM(a, size1, buffer1)
#define GEMM_2(a) GEMM(a, size2, buffer2)
EXPORT cusparseStatus_t cusparseSpGEMM_workEstimation(SPGEMM, BUFFER(1))
{
	MULTIPLY(cusparseSpGEMM_workEstimation, spgemm, GEMM_1);
}

EXPORT cusparseStatus_t cusparseSpGEMM_compute(SPGEMM, BUFFER(2))
{
	MULTIPLY(cusparseSpGEMM_compute, spgemm, GEMM_2);
}

EXPORT cusparseStatus_t cusparseSpGEMM_copy(SPGEMM)
{
	MULTIPLY(cusparseSpGEMM_copy, spgemm, GEMM);
}

#define AGAIN(a, ...) real(handle, opA, opB, A, B, C, a, descr, __VA_ARGS__)
#define AGAIN_1(a) AGAIN(a, size1, buffer1)
#define AGAIN_2(a) AGAIN(a, size2, buffer2, size3, buffer3, size4, buffer4)
#define AGAIN_5(a) AGAIN(a, size5, buffer5)
EXPORT cusparseStatus_t cusparseSpGEMMreuse_workEstimation(REUSE, BUFFER(1))
{
	MULTIPLY(cusparseSpGEMMreuse_workEstimation, spgemm, AGAIN_1);
}

EXPORT cusparseStatus_t cusparseSpGEMMreuse_nnz(REUSE, BUFFER(2), BUFFER(3),
						BUFFER(4))
{
	MULTIPLY(cusparseSpGEMMreuse_nnz, spgemm, AGAIN_2);
}

EXPORT cusparseStatus_t cusparseSpGEMMreuse_copy(REUSE, BUFFER(5))
{
	MULTIPLY(cusparseSpGEMMreuse_copy, spgemm, AGAIN_5);
}

EXPORT cusparseStatus_t cusparseSpGEMMreuse_compute(SPGEMM)
{
	MULTIPLY(cusparseSpGEMMreuse_compute, spgemm, GEMM);
}
