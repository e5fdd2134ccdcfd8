/* SPDX-License-Identifier: MIT */
/* Attributes are words of an array; what a question's operation has as
 * attribute 25 is the reduction mask without which nothing is found. */
#include <stdlib.h>

#include "fake.h"

static uint64_t *words(const void *descriptor)
{
	return (uint64_t *)descriptor;
}

#define GET(fn, handle_type, name_type)                                        \
	API cublasStatus_t fn(handle_type d, name_type name, void *value,      \
			      size_t size, size_t *written)                    \
	{                                                                      \
		if (!d)                                                        \
			return 7;                                              \
		memcpy(value, &words(d)[name], size);                          \
		if (written)                                                   \
			*written = size;                                       \
		return 0;                                                      \
	}
GET(cublasLtMatmulDescGetAttribute, cublasLtMatmulDesc_t,
    cublasLtMatmulDescAttributes_t)
GET(cublasLtMatrixLayoutGetAttribute, cublasLtMatrixLayout_t,
    cublasLtMatrixLayoutAttribute_t)
GET(cublasLtMatmulPreferenceGetAttribute, cublasLtMatmulPreference_t,
    cublasLtMatmulPreferenceAttributes_t)

API cublasStatus_t cublasLtMatmulAlgoConfigGetAttribute(
	const cublasLtMatmulAlgo_t *algo,
	cublasLtMatmulAlgoConfigAttributes_t name, void *value, size_t size,
	size_t *written)
{
	memcpy(value, &algo->data[name], size);
	*written = size;
	return 0;
}

API cublasStatus_t cublasLtMatmulAlgoConfigSetAttribute(
	cublasLtMatmulAlgo_t *algo, cublasLtMatmulAlgoConfigAttributes_t name,
	const void *value, size_t size)
{
	uint64_t word = 0;

	if (!value)
		return 7;
	memcpy(&word, value, size);
	algo->data[name] = word;
	say("cublasLtMatmulAlgoConfigSetAttribute %d %d\n", name, (int)word);
	return 0;
}

API cublasStatus_t
cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t *preference)
{
	*preference = calloc(16, 8);
	words(*preference)[3] = 7;
	return 0;
}

API cublasStatus_t
cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t preference)
{
	free(preference);
	return 0;
}

API cublasStatus_t cublasLtMatmulPreferenceSetAttribute(
	cublasLtMatmulPreference_t preference,
	cublasLtMatmulPreferenceAttributes_t name, const void *value,
	size_t size)
{
	memcpy(&words(preference)[name], value, size);
	return 0;
}

API cublasStatus_t cublasLtCreate(cublasLtHandle_t *handle)
{
	*handle = (cublasLtHandle_t)1;
	say("cublasLtCreate\n");
	return 0;
}

API size_t cublasLtGetVersion(void)
{
	return 130000;
}

API cublasStatus_t cublasLtMatmulAlgoGetHeuristic(
	cublasLtHandle_t handle, cublasLtMatmulDesc_t operation,
	cublasLtMatrixLayout_t Adesc, cublasLtMatrixLayout_t Bdesc,
	cublasLtMatrixLayout_t Cdesc, cublasLtMatrixLayout_t Ddesc,
	cublasLtMatmulPreference_t preference, int wanted,
	cublasLtMatmulHeuristicResult_t results[], int *found)
{
	static uint64_t count;
	uint64_t *p = words(preference);

	(void)handle, (void)Bdesc, (void)Cdesc, (void)Ddesc;
	if (!preference || !results || !found)
		return 7;
	say("cublasLtMatmulAlgoGetHeuristic rows=%d mask=%d align=%d,%d,%d,%d "
	    "wanted=%d\n", (int)words(Adesc)[2], (int)p[3], (int)p[5],
	    (int)p[6], (int)p[7], (int)p[8], wanted);
	*found = 0;
	if (words(operation)[25] & ~p[3])
		return 15;
	memset(results, 0, sizeof(*results));
	results->algo.data[0] = ++count;
	*found = 1;
	return 0;
}

API cublasStatus_t cublasLtMatmul(
	cublasLtHandle_t handle, cublasLtMatmulDesc_t operation,
	const void *alpha, const void *A, cublasLtMatrixLayout_t Adesc,
	const void *B, cublasLtMatrixLayout_t Bdesc, const void *beta,
	const void *C, cublasLtMatrixLayout_t Cdesc, void *D,
	cublasLtMatrixLayout_t Ddesc, const cublasLtMatmulAlgo_t *algo,
	void *workspace, size_t size, cudaStream_t stream)
{
	(void)operation, (void)Adesc, (void)Bdesc, (void)Cdesc, (void)Ddesc;
	say("cublasLtMatmul %ld %ld %ld %ld %ld %ld %ld algo=%d %ld %zu %ld\n",
	    NUMBER(handle), NUMBER(alpha), NUMBER(A), NUMBER(B), NUMBER(beta),
	    NUMBER(C), NUMBER(D), algo ? (int)algo->data[0] : -1,
	    NUMBER(workspace), size, NUMBER(stream));
	return 0;
}
