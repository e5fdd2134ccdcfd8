/* SPDX-License-Identifier: MIT */
/* The driver. */
#include "fake.h"

API int cuDriverGetVersion(int *version);
API int cuDriverGetVersion(int *version)
{
	*version = 13000;
	return 0;
}

#define LAUNCH(fn)                                                             \
	API CUresult fn(CUfunction f, unsigned gx, unsigned gy, unsigned gz,   \
			unsigned bx, unsigned by, unsigned bz,                 \
			unsigned shared, CUstream stream, void **args,         \
			void **extra)                                          \
	{                                                                      \
		say(#fn " %ld %u,%u,%u %u,%u,%u %u %ld %ld %ld\n", NUMBER(f),  \
		    gx, gy, gz, bx, by, bz, shared, NUMBER(stream),            \
		    NUMBER(args), NUMBER(extra));                              \
		return 0;                                                      \
	}
LAUNCH(cuLaunchKernel)
LAUNCH(cuLaunchKernel_ptsz)

#define LAUNCH_EX(fn)                                                          \
	API CUresult fn(const CUlaunchConfig *how, CUfunction f, void **args,  \
			void **extra)                                          \
	{                                                                      \
		say(#fn " %ld %u %u %ld %ld\n", NUMBER(f),                     \
		    how ? how->gridDimX : 0, how ? how->blockDimZ : 0,         \
		    NUMBER(args), NUMBER(extra));                              \
		return how ? 0 : 1;                                            \
	}
LAUNCH_EX(cuLaunchKernelEx)
LAUNCH_EX(cuLaunchKernelEx_ptsz)

API CUresult cuModuleLoadData(CUmodule *module, const void *image)
{
	*module = (CUmodule)3;
	say("cuModuleLoadData %ld\n", NUMBER(image));
	return 0;
}

API CUresult cuModuleLoadDataEx(CUmodule *module, const void *image,
				unsigned int n, CUjit_option *options,
				void **values)
{
	*module = (CUmodule)3;
	say("cuModuleLoadDataEx %ld %u %ld %ld\n", NUMBER(image), n,
	    NUMBER(options), NUMBER(values));
	return 0;
}

API CUresult cuLibraryLoadData(CUlibrary *library, const void *code,
			       CUjit_option *jit, void **jit_values,
			       unsigned int njit, CUlibraryOption *options,
			       void **values, unsigned int n)
{
	*library = (CUlibrary)4;
	say("cuLibraryLoadData %ld %ld %ld %u %ld %ld %u\n", NUMBER(code),
	    NUMBER(jit), NUMBER(jit_values), njit, NUMBER(options),
	    NUMBER(values), n);
	return 0;
}

API CUresult cuModuleGetFunction(CUfunction *f, CUmodule module,
				 const char *name)
{
	(void)module;
	*f = (CUfunction)11;
	say("cuModuleGetFunction %s\n", name);
	return 0;
}

API CUresult cuLibraryGetKernel(CUkernel *kernel, CUlibrary library,
				const char *name)
{
	(void)library;
	*kernel = (CUkernel)12;
	say("cuLibraryGetKernel %s\n", name);
	return 0;
}

API CUresult cuKernelGetFunction(CUfunction *f, CUkernel kernel)
{
	*f = (CUfunction)13;
	say("cuKernelGetFunction %ld\n", NUMBER(kernel));
	return 0;
}

static const struct {
	const char *name;
	void *fn;
} table[] = {
	{ "cuLaunchKernel", cuLaunchKernel },
	{ "cuLaunchKernelEx", cuLaunchKernelEx },
	{ "cuModuleLoadData", cuModuleLoadData },
	{ "cuModuleLoadDataEx", cuModuleLoadDataEx },
	{ "cuLibraryLoadData", cuLibraryLoadData },
	{ "cuModuleGetFunction", cuModuleGetFunction },
	{ "cuLibraryGetKernel", cuLibraryGetKernel },
	{ "cuKernelGetFunction", cuKernelGetFunction },
	{ "cuDriverGetVersion", cuDriverGetVersion },
};

static int find(const char *symbol, void **found, cuuint64_t flags)
{
	for (unsigned i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (!strcmp(table[i].name, symbol))
			*found = table[i].fn;
	if (flags & 2 && *found == (void *)cuLaunchKernel)
		*found = cuLaunchKernel_ptsz;
	if (flags & 2 && *found == (void *)cuLaunchKernelEx)
		*found = cuLaunchKernelEx_ptsz;
	return *found ? 0 : 500;
}

API CUresult cuGetProcAddress_v2(const char *symbol, void **found, int version,
				 cuuint64_t flags,
				 CUdriverProcAddressQueryResult *status)
{
	*found = NULL;
	if (status)
		*status = 0;
	if (!strcmp(symbol, "cuGetProcAddress"))
		*found = version >= 12000 ? (void *)cuGetProcAddress_v2
					  : (void *)cuGetProcAddress;
	return find(symbol, found, flags);
}

API CUresult cuGetProcAddress(const char *symbol, void **found, int version,
			      cuuint64_t flags)
{
	return cuGetProcAddress_v2(symbol, found, version, flags, NULL);
}
