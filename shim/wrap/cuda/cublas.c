/* SPDX-License-Identifier: MIT */
/*
 * cuBLAS. Its guide promises equal bits on one architecture where atomics are
 * off and each stream has a workspace of its own: it resets the workspace
 * whenever a stream is set, so ours is set again after that. A program that
 * sets workspaces itself, as PyTorch does, is left to it. Compute calls are
 * only seen (calls.def).
 */
#include "call.h"
#include "cuda.h"
#include "gpu.h"
#include "banned.h"

#define ROW(fn, as, text)                                                      \
	SOURCE(fn, .group = "cublas", .policy = as, .optional = 1, .doc = text)

ROW(cublasCreate_v2, SB_FORCE, "makes a handle: atomics off");
ROW(cublasDestroy_v2, SB_FORCE, "ends a handle, and its workspaces");
ROW(cublasSetStream_v2, SB_FORCE, "sets a stream: a workspace for each");
ROW(cublasSetWorkspace_v2, SB_OBSERVE, "sets a workspace of the program's");
ROW(cublasSetAtomicsMode, SB_FORCE, "allows atomics: they stay off");
ROW(cublasSetMathMode, SB_FORCE, "sets the arithmetic: no emulation");
ROW(cublasSetEmulationStrategy, SB_FORCE, "asks for emulation: the default");

#define NOT_INITIALIZED 1
#define WORKSPACE (32u << 20) /* what NVIDIA recommends for the largest GPUs */

/* Found in the process's own runtime, where it has one, and in cuBLAS. */
struct runtime {
	__typeof__(cudaMalloc) *malloc_fn;
	__typeof__(cudaFree) *free_fn;
	__typeof__(cudaStreamIsCapturing) *capturing;
	__typeof__(cudaThreadExchangeStreamCaptureMode) *mode;
	__typeof__(cudaPeekAtLastError) *peek;
	__typeof__(cudaGetLastError) *error;
	__typeof__(cublasSetWorkspace_v2) *set;
};

#define TRIES 8 /* searches for a runtime that is not there */

static struct handle {
	cublasHandle_t handle; /* NULL: free */
	bool own;	       /* the program sets workspaces */
	uint8_t tries;
	const struct runtime *runtime; /* NULL: not found so far */
	unsigned n;
	struct {
		cudaStream_t stream;
		void *memory;
	} workspace[16];
} handles[256];
#define HANDLES (sizeof(handles) / sizeof(*handles))

/* NULL: made before us, or too many. */
static struct handle *handle_of(cublasHandle_t handle)
{
	for (unsigned i = 0; handle && i < HANDLES; i++)
		if (__atomic_load_n(&handles[i].handle, __ATOMIC_ACQUIRE) ==
		    handle)
			return &handles[i];
	return NULL;
}

static void handle_add(cublasHandle_t handle)
{
	uint64_t mask = engine_lock();

	for (unsigned i = 0; i < HANDLES; i++) {
		if (handles[i].handle)
			continue;
		handles[i] = (struct handle){ 0 };
		__atomic_store_n(&handles[i].handle, handle, __ATOMIC_RELEASE);
		break;
	}
	engine_unlock(mask);
}

static struct runtime runtime_find(const void *ra, void *set_stream)
{
	void *fn = gpu_cudart("cudaMalloc", ra);

	return (struct runtime){
		.malloc_fn = (__typeof__(cudaMalloc) *)fn,
		.free_fn = scope_find("cudaFree", fn),
		.capturing = scope_find("cudaStreamIsCapturing", fn),
		.mode = scope_find("cudaThreadExchangeStreamCaptureMode", fn),
		.peek = scope_find("cudaPeekAtLastError", fn),
		.error = scope_find("cudaGetLastError", fn),
		.set = scope_find("cublasSetWorkspace_v2", set_stream),
	};
}

static bool complete(const struct runtime *r)
{
	return r->malloc_fn && r->free_fn && r->capturing && r->mode &&
	       r->peek && r->error && r->set;
}

/* Kept, as a search costs more than setting a stream; NULL: no such runtime. */
static const struct runtime *runtime_of(struct handle *h, const void *ra,
					void *set_stream)
{
	static struct runtime kept[HANDLES];
	struct runtime found;
	uint64_t mask;

	if (h->runtime || h->tries >= TRIES)
		return h->runtime;
	found = runtime_find(ra, set_stream);
	mask = engine_lock();
	h->tries++;
	if (complete(&found) && !h->runtime) {
		kept[h - handles] = found;
		__atomic_store_n(&h->runtime, &kept[h - handles],
				 __ATOMIC_RELEASE);
	}
	engine_unlock(mask);
	return h->runtime;
}

/* Where another stream captures, an allocation would end that: not so in the
 * relaxed mode. What fails here is not the program's to see. */
static void *allocate(const struct runtime *r)
{
	samebits_capture_mode mode = 2; /* cudaStreamCaptureModeRelaxed */
	bool failed_before = r->peek() != 0;
	void *memory = NULL;

	if (r->mode(&mode))
		return NULL;
	if (r->malloc_fn(&memory, WORKSPACE)) {
		memory = NULL;
		if (!failed_before)
			r->error();
	}
	r->mode(&mode);
	return memory;
}

static void *workspace_known(const struct handle *h, cudaStream_t stream)
{
	for (unsigned i = 0; i < h->n; i++)
		if (h->workspace[i].stream == stream)
			return h->workspace[i].memory;
	return NULL;
}

/* What is kept for it now: `memory`, or what another thread was faster with. */
static void *workspace_add(struct handle *h, cudaStream_t stream, void *memory)
{
	uint64_t mask = engine_lock();
	void *kept = workspace_known(h, stream);
	unsigned room = sizeof(h->workspace) / sizeof(*h->workspace);

	if (!kept && h->n < room) {
		h->workspace[h->n].stream = stream;
		h->workspace[h->n].memory = memory;
		__atomic_store_n(&h->n, h->n + 1, __ATOMIC_RELEASE);
		kept = memory;
	}
	engine_unlock(mask);
	return kept;
}

static bool is_capturing(const struct runtime *r, cudaStream_t stream)
{
	samebits_capture_status status = 0;
	bool failed_before = r->peek() != 0;
	bool failed = r->capturing(stream, &status);

	if (failed && !failed_before)
		r->error();
	return failed || status != 0;
}

/* After a stream was set. */
static void give_workspace(struct handle *h, cudaStream_t stream,
			   const void *ra, void *set_stream)
{
	const struct runtime *r = runtime_of(h, ra, set_stream);
	void *memory, *kept;

	if (!r || is_capturing(r, stream))
		return;
	memory = workspace_known(h, stream);
	if (!memory) {
		memory = allocate(r);
		if (!memory)
			return;
		kept = workspace_add(h, stream, memory);
		if (kept != memory)
			r->free_fn(memory);
		memory = kept;
	}
	if (memory)
		r->set(h->handle, memory, WORKSPACE);
}

static void begin(cublasHandle_t handle, void *create, bool force)
{
	__typeof__(cublasGetVersion_v2) *get =
		scope_find("cublasGetVersion_v2", create);
	__typeof__(cublasSetAtomicsMode) *set =
		scope_find("cublasSetAtomicsMode", create);
	int version = 0;

	if (get)
		get(handle, &version);
	gpu_seen("cublas", create, (uint64_t)version);
	if (set && force)
		set(handle, 0); /* CUBLAS_ATOMICS_NOT_ALLOWED */
	handle_add(handle);
}

EXPORT cublasStatus_t cublasCreate_v2(cublasHandle_t *handle)
{
	struct call c;
	bool force = CALL(&c, cublasCreate_v2) == SB_FORCE;
	__typeof__(real_cublasCreate_v2) real = REAL_HERE(cublasCreate_v2);
	cublasStatus_t status = real ? real(handle) : NOT_INITIALIZED;

	if (status == 0 && handle)
		begin(*handle, (void *)real, force);
	call_end(&c, (uint64_t)status, 0);
	return status;
}

EXPORT cublasStatus_t cublasDestroy_v2(cublasHandle_t handle)
{
	struct call c;
	struct handle *h = handle_of(handle), gone = { 0 };
	__typeof__(real_cublasDestroy_v2) real;
	cublasStatus_t status;

	CALL(&c, cublasDestroy_v2);
	real = REAL_HERE(cublasDestroy_v2);
	if (h) { /* before another handle may come to that address */
		gone = *h;
		__atomic_store_n(&h->handle, NULL, __ATOMIC_RELEASE);
	}
	gpu_handle_ends(handle);
	status = real ? real(handle) : NOT_INITIALIZED;
	for (unsigned i = 0; i < gone.n; i++)
		gone.runtime->free_fn(gone.workspace[i].memory);
	call_end(&c, (uint64_t)status, 0);
	return status;
}

EXPORT cublasStatus_t cublasSetStream_v2(cublasHandle_t handle,
					 cudaStream_t stream)
{
	void *ra = call_from(CALLER);
	struct call c;
	bool force = CALL(&c, cublasSetStream_v2) == SB_FORCE;
	__typeof__(real_cublasSetStream_v2) real =
		REAL_HERE(cublasSetStream_v2);
	cublasStatus_t status =
		real ? real(handle, stream) : NOT_INITIALIZED;
	struct handle *h = handle_of(handle);

	if (status == 0)
		gpu_handle_stream(handle, stream);
	if (force && status == 0 && h && !h->own)
		give_workspace(h, stream, ra, (void *)real);
	call_end(&c, gpu_stream(stream), 0);
	return status;
}

EXPORT cublasStatus_t cublasSetWorkspace_v2(cublasHandle_t handle,
					    void *workspace, size_t size)
{
	struct call c;
	struct handle *h = handle_of(handle);
	__typeof__(real_cublasSetWorkspace_v2) real;
	cublasStatus_t status;

	CALL(&c, cublasSetWorkspace_v2);
	real = REAL_HERE(cublasSetWorkspace_v2);
	status = real ? real(handle, workspace, size) : NOT_INITIALIZED;
	if (h && status == 0)
		h->own = true;
	call_end(&c, size, 0);
	return status;
}

EXPORT cublasStatus_t cublasSetAtomicsMode(cublasHandle_t handle,
					   cublasAtomicsMode_t mode)
{
	struct call c;
	bool force = CALL(&c, cublasSetAtomicsMode) == SB_FORCE;
	__typeof__(real_cublasSetAtomicsMode) real =
		REAL_HERE(cublasSetAtomicsMode);
	cublasStatus_t status =
		real ? real(handle, force ? 0 : mode) : NOT_INITIALIZED;

	call_end(&c, (uint64_t)mode, 0);
	return status;
}

#define EMULATED (4 | 8) /* CUBLAS_FP32_EMULATED_BF16X9_MATH, FP64_… */

EXPORT cublasStatus_t cublasSetMathMode(cublasHandle_t handle,
					cublasMath_t mode)
{
	struct call c;
	bool force = CALL(&c, cublasSetMathMode) == SB_FORCE;
	__typeof__(real_cublasSetMathMode) real = REAL_HERE(cublasSetMathMode);
	cublasStatus_t status =
		real ? real(handle, force ? mode & ~EMULATED : mode)
		     : NOT_INITIALIZED;

	call_end(&c, (uint64_t)mode, 0);
	return status;
}

EXPORT cublasStatus_t
cublasSetEmulationStrategy(cublasHandle_t handle,
			   cublasEmulationStrategy_t strategy)
{
	struct call c;
	bool force = CALL(&c, cublasSetEmulationStrategy) == SB_FORCE;
	__typeof__(real_cublasSetEmulationStrategy) real =
		REAL_HERE(cublasSetEmulationStrategy);
	cublasStatus_t status =
		real ? real(handle, force ? 0 : strategy) : NOT_INITIALIZED;

	call_end(&c, (uint64_t)strategy, 0);
	return status;
}
