/* SPDX-License-Identifier: MIT */
/* A matrix is its format. Products of a transposed A know algorithm 0 only. */
#include "fake.h"

API cusparseStatus_t cusparseCreate(cusparseHandle_t *handle)
{
	*handle = (cusparseHandle_t)6;
	say("cusparseCreate\n");
	return 0;
}

API cusparseStatus_t cusparseGetVersion(cusparseHandle_t handle, int *version)
{
	(void)handle;
	*version = 12600;
	return 0;
}

API cusparseStatus_t cusparseSpMatGetFormat(cusparseConstSpMatDescr_t matrix,
					    cusparseFormat_t *format)
{
	*format = (int)NUMBER(matrix);
	return 0;
}

#define TELL(fn)                                                               \
	do {                                                                   \
		say(#fn " alg=%d handle=%ld opA=%d A=%ld\n", alg,              \
		    NUMBER(handle), opA, NUMBER(A));                           \
		return opA && alg ? 10 : 0;                                    \
	} while (0)
#define PRODUCT(fn, ...)                                                       \
	API cusparseStatus_t fn(__VA_ARGS__)                                   \
	{                                                                      \
		TELL(fn);                                                      \
	}
#pragma GCC diagnostic ignored "-Wunused-parameter"
PRODUCT(cusparseSpMV_bufferSize, SPMV, size_t *size)
PRODUCT(cusparseSpMV_preprocess, SPMV, void *buffer)
PRODUCT(cusparseSpMV, SPMV, void *buffer)
PRODUCT(cusparseSpMM_bufferSize, SPMM, size_t *size)
PRODUCT(cusparseSpMM_preprocess, SPMM, void *buffer)
PRODUCT(cusparseSpMM, SPMM, void *buffer)
PRODUCT(cusparseSpGEMM_workEstimation, SPGEMM, BUFFER(1))
PRODUCT(cusparseSpGEMM_compute, SPGEMM, BUFFER(2))
PRODUCT(cusparseSpGEMM_copy, SPGEMM)
PRODUCT(cusparseSpGEMMreuse_workEstimation, REUSE, BUFFER(1))
PRODUCT(cusparseSpGEMMreuse_nnz, REUSE, BUFFER(2), BUFFER(3), BUFFER(4))
PRODUCT(cusparseSpGEMMreuse_copy, REUSE, BUFFER(5))
PRODUCT(cusparseSpGEMMreuse_compute, SPGEMM)
