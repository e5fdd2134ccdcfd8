/* SPDX-License-Identifier: MIT */
/*
 * Launches of kernels, through the runtime and through the driver, seen with
 * the kernel's name, grid, block and stream. The runtime names a kernel by the
 * address of a stub, which code that nvcc made registers; the driver by a
 * handle, which was looked up by name. A runtime that is built into a program
 * or library cannot be seen; it asks the driver for the addresses of its
 * functions, and is given ours.
 */
#include <dlfcn.h>
#include <string.h>

#include "call.h"
#include "cuda.h"
#include "gpu.h"
#include "text.h"
#include "banned.h"

#define ROW(fn, text)                                                          \
	SOURCE(fn, .group = "cuda", .policy = SB_OBSERVE, .optional = 1,       \
	       .doc = text)

ROW(cudaLaunchKernel, "launches a kernel");
ROW(cudaLaunchKernel_ptsz, "launches a kernel, in the thread's own stream");
ROW(__cudaLaunchKernel, "launches a kernel, by its handle");
ROW(__cudaLaunchKernel_ptsz,
    "launches a kernel, by its handle, in the thread's own stream");
ROW(cudaLaunchKernelExC, "launches a kernel, with attributes");
ROW(cudaLaunchKernelExC_ptsz,
    "launches a kernel, with attributes, in the thread's own stream");
ROW(__cudaRegisterFunction, "names a kernel");
ROW(__cudaGetKernel, "looks up a kernel's handle");
ROW(cudaGetDriverEntryPoint, "looks up a function of the driver");
ROW(cudaGetDriverEntryPoint_ptsz, "looks up a function of the driver");
ROW(cudaGetDriverEntryPointByVersion, "looks up a function of the driver");
ROW(cudaGetDriverEntryPointByVersion_ptsz,
    "looks up a function of the driver");
ROW(cuGetProcAddress, "looks up a function of the driver");
ROW(cuGetProcAddress_v2, "looks up a function of the driver");
ROW(cuLaunchKernel, "launches a kernel");
ROW(cuLaunchKernel_ptsz, "launches a kernel, in the thread's own stream");
ROW(cuLaunchKernelEx, "launches a kernel, with attributes");
ROW(cuLaunchKernelEx_ptsz,
    "launches a kernel, with attributes, in the thread's own stream");
ROW(cuModuleLoadData, "loads a module of kernels");
ROW(cuModuleLoadDataEx, "loads a module of kernels, with options");
ROW(cuLibraryLoadData, "loads a library of kernels");
ROW(cuModuleGetFunction, "looks up a kernel by name");
ROW(cuLibraryGetKernel, "looks up a kernel by name");
ROW(cuKernelGetFunction, "looks up a kernel's function");

#define NOT_INITIALIZED 3 /* cudaErrorInitializationError, CUDA_ERROR_… */

/* Is a launch of the runtime's under way in this thread? The driver's is the
 * same one. */
static __thread bool launching __attribute__((tls_model("initial-exec")));

/* The names of kernels */

#define KERNELS (1u << 17)
static struct kernel {
	const void *key; /* stored last; NULL: free */
	const char *name;
	uint64_t hash; /* of the name; 0: not made yet */
} kernels[KERNELS];
static unsigned nkernels;

static struct kernel *kernel_place(const void *key)
{
	uint64_t hash = (uintptr_t)key * 0x9e3779b97f4a7c15u;
	unsigned i = (unsigned)(hash >> 47);
	const void *at;

	while ((at = __atomic_load_n(&kernels[i].key, __ATOMIC_ACQUIRE)) &&
	       at != key)
		i = (i + 1) % KERNELS;
	return &kernels[i];
}

/* The name stays as long as the kernel does. A key that comes again is another
 * one's: its code was unloaded. */
static void kernel_add(const void *key, const char *name)
{
	uint64_t mask = engine_lock();
	struct kernel *k = kernel_place(key);

	if (k->key || nkernels < KERNELS * 3 / 4) {
		nkernels += !k->key;
		k->name = name;
		k->hash = 0;
		__atomic_store_n(&k->key, key, __ATOMIC_RELEASE);
	}
	engine_unlock(mask);
}

static const char *name_of(const void *key)
{
	const struct kernel *k = kernel_place(key);

	return k->key ? k->name : NULL;
}

/* Whoever looked it up may free the name: a copy that stays. */
static const char *name_keep(const char *name)
{
	static char kept[1 << 20];
	static size_t used;
	uint64_t mask = engine_lock();
	size_t size = strlen(name) + 1;
	const char *copy = "?";

	if (size <= sizeof(kept) - used) {
		copy = memcpy(kept + used, name, size);
		used += size;
	}
	engine_unlock(mask);
	return copy;
}

static void named(const void *key, const char *name)
{
	const char *known = name_of(key);

	if (key && name && !(known && !strcmp(known, name)))
		kernel_add(key, name_keep(name));
}

/* One launch */

struct launch {
	const void *kernel;
	dim3 grid, block;
	size_t shared;
	const void *stream;
};

static uint64_t name_hash(const void *key)
{
	struct kernel *k = kernel_place(key);

	if (!k->key)
		return 1;
	if (__builtin_expect(!k->hash, 0))
		k->hash = digest_string(k->name) | 1;
	return k->hash;
}

static void add_dim(struct text *t, const char *name, dim3 d)
{
	text_add(t, name);
	text_number(t, d.x, 10, 1);
	text_add(t, ",");
	text_number(t, d.y, 10, 1);
	text_add(t, ",");
	text_number(t, d.z, 10, 1);
}

static void describe(char *said, int room, const struct launch *l,
		     unsigned stream)
{
	const char *name = name_of(l->kernel);
	struct text t = text_start(said, room);

	add_dim(&t, "grid=", l->grid);
	add_dim(&t, " block=", l->block);
	text_add(&t, " shared=");
	text_number(&t, l->shared, 10, 1);
	text_add(&t, " stream=");
	text_number(&t, stream, 10, 1);
	text_add(&t, " kernel=");
	text_add(&t, name ? name : "?");
}

/* Once a shape: by whom. */
static void server(const char *kind, const void *fn, const char *get_name)
{
	int (*get)(int *) = scope_find(get_name, fn);
	int version = 0;

	if (get)
		get(&version);
	gpu_seen(kind, fn, (uint64_t)version);
}

static void launched(struct call *c, const struct source *row,
		     const struct launch *l, const void *fn)
{
	unsigned stream = gpu_stream(l->stream);
	uint64_t hash = digest_word(name_hash(l->kernel),
				    (uint64_t)l->grid.x << 32 | l->block.x);
	char said[600];

	hash = digest_word(hash, (uint64_t)l->grid.y << 32 | l->block.y);
	hash = digest_word(hash, (uint64_t)l->grid.z << 32 | l->block.z);
	hash = digest_word(hash, l->shared << 16 | stream);
	hash = digest_word(hash, row->index) | 1;
	if (__builtin_expect(gpu_said(c, hash), 1)) {
		call_end(c, hash, 0);
		return;
	}
	if (!strncmp(row->name, "cuL", 3))
		server("cuda", fn, "cuDriverGetVersion");
	else
		server("cudart", fn, "cudaRuntimeGetVersion");
	describe(said, sizeof(said), l, stream);
	gpu_end(c, row, hash, said);
}

/* A place and a kernel have a counter of their own: its name stands for the
 * frame, which tells calls from one place apart. */
static inline void begin(struct call *c, struct source *row, const void *kernel,
			 void *ret, void *frame)
{
	call_begin(c, row, ret,
		   (void *)((uintptr_t)frame ^ name_hash(kernel) << 4));
}

/* Through the runtime: what that asks of the driver is no launch of its own. */
#define RUNTIME_LAUNCH(fn, result, l, ...)                                     \
	struct call c;                                                         \
	__typeof__(real_##fn) real;                                            \
	bool outer = launching;                                                \
	result status;                                                         \
                                                                               \
	begin(&c, &src_##fn, (l).kernel, CALLER);                              \
	real = REAL_HERE(fn);                                                  \
	launching = true;                                                      \
	status = real ? real(__VA_ARGS__) : NOT_INITIALIZED;                   \
	launching = outer;                                                     \
	launched(&c, &src_##fn, &(l), (void *)real);                           \
	return status

#define PLAIN(fn, handle, type)                                                \
	EXPORT cudaError_t fn(type handle, dim3 grid, dim3 block, void **args, \
			      size_t shared, cudaStream_t stream)              \
	{                                                                      \
		struct launch l = { handle, grid, block, shared, stream };     \
		RUNTIME_LAUNCH(fn, cudaError_t, l, handle, grid, block, args,  \
			       shared, stream);                                \
	}
PLAIN(cudaLaunchKernel, stub, const void *)
PLAIN(cudaLaunchKernel_ptsz, stub, const void *)
PLAIN(__cudaLaunchKernel, kernel, cudaKernel_t)
PLAIN(__cudaLaunchKernel_ptsz, kernel, cudaKernel_t)

#define WITH_ATTRIBUTES(fn)                                                    \
	EXPORT cudaError_t fn(const cudaLaunchConfig_t *how, const void *stub, \
			      void **args)                                     \
	{                                                                      \
		struct launch l = { .kernel = stub };                          \
                                                                               \
		if (how)                                                       \
			l = (struct launch){ stub, how->gridDim,               \
					     how->blockDim,                    \
					     how->dynamicSmemBytes,            \
					     how->stream };                    \
		RUNTIME_LAUNCH(fn, cudaError_t, l, how, stub, args);           \
	}
WITH_ATTRIBUTES(cudaLaunchKernelExC)
WITH_ATTRIBUTES(cudaLaunchKernelExC_ptsz)

/*
 * An object names its kernels one by one when it is loaded, under the loader's
 * lock, each from a place of its own: libtorch_cuda has 15,000. Places of one
 * image are taken for the first, or there would be no room for any others.
 */
static struct call naming(void **image, void *ret, void *frame)
{
	static struct {
		void **image, *ret, *frame;
	} last;
	struct call c;

	if (!image || image != last.image) {
		last.image = image;
		last.ret = ret;
		last.frame = frame;
	}
	call_begin(&c, &src___cudaRegisterFunction, last.ret, last.frame);
	return c;
}

EXPORT void __cudaRegisterFunction(void **image, const char *stub,
				   char *function, const char *name, int limit,
				   void *tid, void *bid, void *block,
				   void *grid, int *warp)
{
	struct call c = naming(image, CALLER);
	__typeof__(real___cudaRegisterFunction) real;

	real = REAL_HERE(__cudaRegisterFunction);
	if (stub && name)
		kernel_add(stub, name);
	if (real)
		real(image, stub, function, name, limit, tid, bid, block, grid,
		     warp);
	call_end(&c, name ? digest_string(name) : 0, 0);
}

EXPORT cudaError_t __cudaGetKernel(cudaKernel_t *kernel, const void *stub)
{
	struct call c;
	__typeof__(real___cudaGetKernel) real;
	cudaError_t status;
	const char *name = name_of(stub);

	CALL(&c, __cudaGetKernel);
	real = REAL_HERE(__cudaGetKernel);
	status = real ? real(kernel, stub) : NOT_INITIALIZED;
	if (status == 0 && kernel && *kernel && name)
		kernel_add(*kernel, name);
	call_end(&c, name ? digest_string(name) : 0, 0);
	return status;
}

/*
 * Through the driver. There is one in a process; who got an address of ours
 * from cuGetProcAddress is not linked with it, so it is not looked for there.
 */
#define DRIVER(fn)                                                             \
	(__builtin_expect(real_##fn != NULL, 1) ? real_##fn : REAL_HERE(fn))

#define DRIVER_LAUNCH(fn, l, ...)                                              \
	struct call c;                                                         \
	__typeof__(real_##fn) real;                                            \
	CUresult status;                                                       \
                                                                               \
	if (launching && real_##fn)                                            \
		return real_##fn(__VA_ARGS__);                                 \
	begin(&c, &src_##fn, (l).kernel, CALLER);                              \
	real = DRIVER(fn);                                                     \
	status = real ? real(__VA_ARGS__) : NOT_INITIALIZED;                   \
	launched(&c, &src_##fn, &(l), (void *)real);                           \
	return status

#define DRIVER_PLAIN(fn)                                                       \
	EXPORT CUresult fn(CUfunction f, unsigned gx, unsigned gy,             \
			   unsigned gz, unsigned bx, unsigned by, unsigned bz, \
			   unsigned shared, CUstream stream, void **args,      \
			   void **extra)                                       \
	{                                                                      \
		struct launch l = { f, { gx, gy, gz }, { bx, by, bz }, shared, \
				    stream };                                  \
		DRIVER_LAUNCH(fn, l, f, gx, gy, gz, bx, by, bz, shared,        \
			      stream, args, extra);                            \
	}
DRIVER_PLAIN(cuLaunchKernel)
DRIVER_PLAIN(cuLaunchKernel_ptsz)

#define DRIVER_EX(fn)                                                          \
	EXPORT CUresult fn(const CUlaunchConfig *how, CUfunction f,            \
			   void **args, void **extra)                          \
	{                                                                      \
		struct launch l = { .kernel = f };                             \
                                                                               \
		if (how)                                                       \
			l = (struct launch){                                   \
				f,                                             \
				{ how->gridDimX, how->gridDimY,                \
				  how->gridDimZ },                             \
				{ how->blockDimX, how->blockDimY,              \
				  how->blockDimZ },                            \
				how->sharedMemBytes, how->hStream              \
			};                                                     \
		DRIVER_LAUNCH(fn, l, how, f, args, extra);                     \
	}
DRIVER_EX(cuLaunchKernelEx)
DRIVER_EX(cuLaunchKernelEx_ptsz)

/* What else is only counted. */
#define COUNTED(fn, value, then, ...)                                          \
	struct call c;                                                         \
	__typeof__(real_##fn) real;                                            \
	CUresult status;                                                       \
                                                                               \
	CALL(&c, fn);                                                          \
	real = DRIVER(fn);                                                     \
	status = real ? real(__VA_ARGS__) : NOT_INITIALIZED;                   \
	if (status == 0)                                                       \
		then;                                                          \
	call_end(&c, value, 0);                                                \
	return status

EXPORT CUresult cuModuleLoadData(CUmodule *module, const void *image)
{
	COUNTED(cuModuleLoadData, 0, (void)0, module, image);
}

EXPORT CUresult cuModuleLoadDataEx(CUmodule *module, const void *image,
				   unsigned int n, CUjit_option *options,
				   void **values)
{
	COUNTED(cuModuleLoadDataEx, n, (void)0, module, image, n, options,
		values);
}

EXPORT CUresult cuLibraryLoadData(CUlibrary *library, const void *code,
				  CUjit_option *jit, void **jit_values,
				  unsigned int njit, CUlibraryOption *options,
				  void **values, unsigned int n)
{
	COUNTED(cuLibraryLoadData, n, (void)0, library, code, jit, jit_values,
		njit, options, values, n);
}

EXPORT CUresult cuModuleGetFunction(CUfunction *f, CUmodule module,
				    const char *name)
{
	COUNTED(cuModuleGetFunction, name ? digest_string(name) : 0,
		named(f ? *f : NULL, name), f, module, name);
}

EXPORT CUresult cuLibraryGetKernel(CUkernel *kernel, CUlibrary library,
				   const char *name)
{
	COUNTED(cuLibraryGetKernel, name ? digest_string(name) : 0,
		named(kernel ? *kernel : NULL, name), kernel, library, name);
}

EXPORT CUresult cuKernelGetFunction(CUfunction *f, CUkernel kernel)
{
	COUNTED(cuKernelGetFunction, 0,
		named(f ? *f : NULL, name_of(kernel)), f, kernel);
}

/* Addresses of the driver's functions */

#define PER_THREAD_STREAM 2 /* CU_GET_PROC_ADDRESS_PER_THREAD_DEFAULT_STREAM */

#define OURS(fn) { &src_##fn, #fn }
static const struct {
	struct source *row;
	const char *name;
} driver_row[] = {
	OURS(cuGetProcAddress), OURS(cuGetProcAddress_v2),
	OURS(cuLaunchKernel), OURS(cuLaunchKernel_ptsz),
	OURS(cuLaunchKernelEx), OURS(cuLaunchKernelEx_ptsz),
	OURS(cuModuleLoadData), OURS(cuModuleLoadDataEx),
	OURS(cuLibraryLoadData), OURS(cuModuleGetFunction),
	OURS(cuLibraryGetKernel), OURS(cuKernelGetFunction),
};

static struct source *row_of(const char *name, const char *end)
{
	size_t n = strlen(name);

	for (unsigned i = 0; i < sizeof(driver_row) / sizeof(*driver_row); i++)
		if (!strncmp(driver_row[i].name, name, n) &&
		    !strcmp(driver_row[i].name + n, end))
			return driver_row[i].row;
	return NULL;
}

/* The row of the function that the driver means by this name. */
static struct source *meant(const char *name, unsigned version, uint64_t flags)
{
	struct source *row = NULL;

	if (!strcmp(name, "cuGetProcAddress"))
		return row_of(name, version >= 12000 ? "_v2" : "");
	if (flags & PER_THREAD_STREAM)
		row = row_of(name, "_ptsz");
	return row ? row : row_of(name, "");
}

static bool same_object(const void *a, const void *b)
{
	Dl_info x, y;

	return a == b || (dladdr(a, &x) && dladdr(b, &y) &&
			  x.dli_fbase == y.dli_fbase);
}

/* What to give out instead of what the driver found. */
static void give(const char *name, void **found, unsigned version,
		 uint64_t flags)
{
	struct source *row;

	if (!name || !found || !*found)
		return;
	row = meant(name, version, flags);
	if (!row || *found == row->hook)
		return;
	if (!*row->real)
		*row->real = *found;
	if (same_object(*row->real, *found))
		*found = row->hook;
}

#define LOOKUP(fn, get, version, flags, ...)                                   \
	struct call c;                                                         \
	bool seen = CALL(&c, fn) != SB_PASS;                                   \
	__typeof__(real_##fn) real = get(fn);                                  \
	int status = real ? (int)real(symbol, found, __VA_ARGS__)              \
			  : NOT_INITIALIZED;                                   \
                                                                               \
	if (status == 0 && seen)                                               \
		give(symbol, found, version, flags);                           \
	call_end(&c, symbol ? digest_string(symbol) : 0, 0);                   \
	return (__typeof__(real(NULL, NULL, __VA_ARGS__)))status

EXPORT CUresult cuGetProcAddress(const char *symbol, void **found, int version,
				 cuuint64_t flags)
{
	LOOKUP(cuGetProcAddress, DRIVER, (unsigned)version, flags, version,
	       flags);
}

EXPORT CUresult cuGetProcAddress_v2(const char *symbol, void **found,
				    int version, cuuint64_t flags,
				    CUdriverProcAddressQueryResult *status_)
{
	LOOKUP(cuGetProcAddress_v2, DRIVER, (unsigned)version, flags, version,
	       flags, status_);
}

/* The runtime's flags are the driver's; it means its own version. */
#define RUNTIME_LOOKUP(fn, more)                                               \
	EXPORT cudaError_t fn(const char *symbol, void **found,                \
			      unsigned long long flags,                        \
			      samebits_entry_status *status_)                  \
	{                                                                      \
		LOOKUP(fn, REAL_HERE, 12000, flags | (more), flags, status_);  \
	}
RUNTIME_LOOKUP(cudaGetDriverEntryPoint, 0)
RUNTIME_LOOKUP(cudaGetDriverEntryPoint_ptsz, PER_THREAD_STREAM)

#define VERSION_LOOKUP(fn, more)                                               \
	EXPORT cudaError_t fn(const char *symbol, void **found,                \
			      unsigned int version, unsigned long long flags,  \
			      samebits_entry_status *status_)                  \
	{                                                                      \
		LOOKUP(fn, REAL_HERE, version, flags | (more), version, flags, \
		       status_);                                               \
	}
VERSION_LOOKUP(cudaGetDriverEntryPointByVersion, 0)
VERSION_LOOKUP(cudaGetDriverEntryPointByVersion_ptsz, PER_THREAD_STREAM)
