/* SPDX-License-Identifier: MIT */
#include "fake.h"
#include "../../shim/cuda/cublas.def"

#ifndef VERSION
#define VERSION 130000
#endif

static int made;

API cublasStatus_t cublasCreate_v2(cublasHandle_t *handle)
{
	if (!handle)
		return 7;
	*handle = (cublasHandle_t)(uintptr_t)(VERSION / 10000 * 10 + ++made);
	say("cublasCreate_v2 %ld\n", NUMBER(*handle));
	return 0;
}

API cublasStatus_t cublasDestroy_v2(cublasHandle_t handle)
{
	say("cublasDestroy_v2 %ld\n", NUMBER(handle));
	return handle ? 0 : 1;
}

API cublasStatus_t cublasGetVersion_v2(cublasHandle_t handle, int *version)
{
	*version = VERSION;
	return handle ? 0 : 1;
}

API cublasStatus_t cublasSetStream_v2(cublasHandle_t handle,
				      cudaStream_t stream)
{
	say("cublasSetStream_v2 %ld %ld\n", NUMBER(handle), NUMBER(stream));
	return handle ? 0 : 1;
}

API cublasStatus_t cublasSetWorkspace_v2(cublasHandle_t handle, void *workspace,
					 size_t size)
{
	say("cublasSetWorkspace_v2 %ld %ld %zu\n", NUMBER(handle),
	    NUMBER(workspace), size);
	return handle ? 0 : 1;
}

#define SET(fn, type)                                                          \
	API cublasStatus_t fn(cublasHandle_t handle, type value)               \
	{                                                                      \
		say(#fn " %ld %d\n", NUMBER(handle), value);                   \
		return handle ? 0 : 1;                                         \
	}
SET(cublasSetAtomicsMode, cublasAtomicsMode_t)
SET(cublasSetMathMode, cublasMath_t)
SET(cublasSetEmulationStrategy, cublasEmulationStrategy_t)
