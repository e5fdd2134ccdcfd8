/* SPDX-License-Identifier: MIT */
/* The runtime: it opens the driver and asks it for its functions, as NVIDIA's
 * does. Stream 99 captures. Memory is numbered. */
#include <dlfcn.h>

#include "fake.h"

static __typeof__(cuGetProcAddress_v2) *address_of;

static void *driver(const char *name, uint64_t flags)
{
	void *fn = NULL, *h;

	if (!address_of) {
		h = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
		address_of = h ? (__typeof__(address_of))dlsym(
					 h, "cuGetProcAddress_v2")
			       : NULL;
	}
	if (address_of)
		address_of(name, &fn, 13000, flags, NULL);
	return fn;
}

API int cudaRuntimeGetVersion(int *version);
API int cudaRuntimeGetVersion(int *version)
{
	*version = 13000;
	return 0;
}

API cudaError_t cudaMalloc(void **memory, size_t size)
{
	static long number = 1000;

	*memory = (void *)++number;
	say("cudaMalloc %zu\n", size);
	return 0;
}

API cudaError_t cudaFree(void *memory)
{
	say("cudaFree %ld\n", NUMBER(memory));
	return 0;
}

API cudaError_t cudaGetLastError(void)
{
	return 0;
}

API cudaError_t cudaPeekAtLastError(void)
{
	return 0;
}

API cudaError_t cudaGetDevice(int *device)
{
	*device = 0;
	return 0;
}

API cudaError_t cudaStreamIsCapturing(cudaStream_t stream,
				      samebits_capture_status *status)
{
	*status = NUMBER(stream) == 99;
	return 0;
}

API cudaError_t
cudaThreadExchangeStreamCaptureMode(samebits_capture_mode *mode)
{
	static int now;
	int before = now;

	now = *mode;
	*mode = before;
	return 0;
}

static cudaError_t launch(const void *f, dim3 grid, dim3 block, void **args,
			  size_t shared, cudaStream_t stream, uint64_t flags)
{
	__typeof__(cuLaunchKernel) *fn =
		(__typeof__(fn))driver("cuLaunchKernel", flags);

	return fn ? fn((CUfunction)(NUMBER(f) % 100), grid.x, grid.y, grid.z,
		       block.x, block.y, block.z, (unsigned)shared, stream,
		       args, NULL)
		  : 3;
}

#define PLAIN(fn, type, flags)                                                 \
	API cudaError_t fn(type f, dim3 grid, dim3 block, void **args,         \
			   size_t shared, cudaStream_t stream)                 \
	{                                                                      \
		say(#fn "\n");                                                 \
		return launch((const void *)f, grid, block, args, shared,      \
			      stream, flags);                                  \
	}
PLAIN(cudaLaunchKernel, const void *, 0)
PLAIN(cudaLaunchKernel_ptsz, const void *, 2)
PLAIN(__cudaLaunchKernel, cudaKernel_t, 0)
PLAIN(__cudaLaunchKernel_ptsz, cudaKernel_t, 2)

#define EX(fn, flags)                                                          \
	API cudaError_t fn(const cudaLaunchConfig_t *how, const void *f,       \
			   void **args)                                        \
	{                                                                      \
		say(#fn "\n");                                                 \
		return how ? launch(f, how->gridDim, how->blockDim, args,      \
				    how->dynamicSmemBytes, how->stream, flags) \
			   : 1;                                                \
	}
EX(cudaLaunchKernelExC, 0)
EX(cudaLaunchKernelExC_ptsz, 2)

API void __cudaRegisterFunction(void **image, const char *stub, char *function,
				const char *name, int limit, void *tid,
				void *bid, void *block, void *grid, int *warp)
{
	(void)image, (void)stub, (void)function, (void)limit, (void)tid;
	(void)bid, (void)block, (void)grid, (void)warp;
	say("__cudaRegisterFunction %s\n", name);
}

API cudaError_t __cudaGetKernel(cudaKernel_t *kernel, const void *stub)
{
	(void)stub;
	*kernel = (cudaKernel_t)14;
	return 0;
}

#define LOOKUP(fn, more)                                                       \
	API cudaError_t fn(const char *symbol, void **found,                   \
			   unsigned long long flags,                           \
			   samebits_entry_status *status)                      \
	{                                                                      \
		if (status)                                                    \
			*status = 0;                                           \
		*found = driver(symbol, flags | (more));                       \
		return *found ? 0 : 500;                                       \
	}
LOOKUP(cudaGetDriverEntryPoint, 0)
LOOKUP(cudaGetDriverEntryPoint_ptsz, 2)

#define BY_VERSION(fn, more)                                                   \
	API cudaError_t fn(const char *symbol, void **found,                   \
			   unsigned int version, unsigned long long flags,     \
			   samebits_entry_status *status)                      \
	{                                                                      \
		(void)version;                                                 \
		if (status)                                                    \
			*status = 0;                                           \
		*found = driver(symbol, flags | (more));                       \
		return *found ? 0 : 500;                                       \
	}
BY_VERSION(cudaGetDriverEntryPointByVersion, 0)
BY_VERSION(cudaGetDriverEntryPointByVersion_ptsz, 2)
