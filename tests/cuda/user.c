/* SPDX-License-Identifier: MIT */
/*
 * A program that uses NVIDIA's libraries: "scenes SCENE…" prints what came back;
 * the fake libraries print what arrived. Compiled three ways: linked with them;
 * as a library that is linked with them and was opened RTLD_LOCAL; and with
 * TRAMPOLINE, to look every function up in what it opens itself, as XLA does.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../shim/cuda.h"

void fake_set(cudnnBackendDescriptor_t descriptor, int content);
int fake_get(cudnnBackendDescriptor_t descriptor);

#ifdef TRAMPOLINE
static void *find(const char *library, const char *name)
{
	void *h = dlopen(library, RTLD_NOW | RTLD_LOCAL);
	void *p = h ? dlsym(h, name) : NULL;

	if (!p) {
		printf("%s: %s\n", name, dlerror());
		exit(1);
	}
	return p;
}
#define IN(library, fn) ((__typeof__(&fn))find(library, #fn))
#else
#define IN(library, fn) (&fn)
#endif
#define BLAS(fn) IN("libcublas.so.13", fn)
#define LT(fn) IN("libcublasLt.so.13", fn)
#define DNN(fn) IN("libcudnn.so.9", fn)
#define RAND(fn) IN("libcurand.so.10", fn)
#define SOLVER(fn) IN("libcusolver.so.12", fn)
#define SPARSE(fn) IN("libcusparse.so.12", fn)
#define NCCL(fn) IN("libnccl.so.2", fn)
#define RT(fn) IN("libcudart.so.13", fn)
#define DRIVER(fn) IN("libcuda.so.1", fn)

#define P(number) ((void *)(number##l))
#define said(...) dprintf(1, __VA_ARGS__)

static void atomics(void)
{
	cublasHandle_t h;

	BLAS(cublasCreate_v2)(&h);
	BLAS(cublasSetAtomicsMode)(h, 1);
	BLAS(cublasSetMathMode)(h, 3 | 8);
	BLAS(cublasSetEmulationStrategy)(h, 2);
	BLAS(cublasDestroy_v2)(h);
}

/* In streams 1 and 2, then back; while 99 captures; after its own workspace. */
static void workspaces(void)
{
	cublasHandle_t h, own;
	int device;

	RT(cudaGetDevice)(&device); /* a runtime is there */
	BLAS(cublasCreate_v2)(&h);
	BLAS(cublasCreate_v2)(&own);
	BLAS(cublasSetStream_v2)(h, P(1));
	BLAS(cublasSetStream_v2)(h, P(2));
	BLAS(cublasSetStream_v2)(h, P(1));
	BLAS(cublasSetStream_v2)(h, P(99));
	BLAS(cublasSetWorkspace_v2)(own, P(77), 4096);
	BLAS(cublasSetStream_v2)(own, P(1));
	BLAS(cublasDestroy_v2)(own);
	BLAS(cublasDestroy_v2)(h);
}

static void *one_thread(void *arg)
{
	for (int i = 0; i < 1000; i++) {
		BLAS(cublasSetStream_v2)(arg, P(1));
		BLAS(cublasSetStream_v2)(arg, P(2));
	}
	return NULL;
}

static void threads(void)
{
	pthread_t thread[4];
	cublasHandle_t h;

	BLAS(cublasCreate_v2)(&h);
	for (int i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, one_thread, h);
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	BLAS(cublasDestroy_v2)(h);
}

/* The child goes on with what the parent made. */
static void forked(void)
{
	cublasHandle_t h;
	pid_t pid;

	BLAS(cublasCreate_v2)(&h);
	BLAS(cublasSetStream_v2)(h, P(1));
	pid = fork();
	BLAS(cublasSetStream_v2)(h, P(1));
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	BLAS(cublasDestroy_v2)(h);
}

static void nothing(void)
{
	double question[40] = { 0 };

	said("%d\n", BLAS(cublasCreate_v2)(NULL));
	said("%d\n", BLAS(cublasDestroy_v2)(NULL));
	said("%d\n", BLAS(cublasSetStream_v2)(NULL, NULL));
	said("%d\n", BLAS(cublasSetWorkspace_v2)(NULL, NULL, 0));
	said("%d\n", BLAS(cublasSetAtomicsMode)(NULL, 1));
	said("%d\n", LT(cublasLtMatmulAlgoConfigSetAttribute)(NULL, 2, NULL,
							     0));
	said("%d\n", LT(cublasLtMatmulAlgoGetHeuristic)(
			     P(1), (void *)question, NULL, NULL, NULL, NULL,
			     NULL, 1, NULL, NULL));
	said("%d\n", DNN(cudnnCreate)(NULL));
	said("%d\n", DNN(cudnnFindConvolutionForwardAlgorithm)(
			     NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL));
	said("%d\n", DNN(cudnnGetConvolutionBackwardDataWorkspaceSize)(
			     NULL, NULL, NULL, NULL, NULL, 0, NULL));
	said("%d\n", DNN(cudnnBackendGetAttribute)(NULL, 202, 15, 1, NULL,
						  NULL));
	said("%d\n", RAND(curandCreateGenerator)(NULL, 100));
	said("%d\n", RT(cudaLaunchKernelExC)(NULL, NULL, NULL));
	said("%d\n", DRIVER(cuLaunchKernelEx)(NULL, NULL, NULL, NULL));
}

/* A question: A of so many rows; needs: the reductions it cannot do without. */
static void ask(uint64_t rows, uint64_t needs, uint32_t alignment)
{
	uint64_t operation[40] = { [25] = needs }, a[16] = { [2] = rows };
	uint64_t other[16] = { 0 };
	cublasLtMatmulPreference_t p;
	cublasLtMatmulHeuristicResult_t result[3];
	int found = -1, status;

	LT(cublasLtMatmulPreferenceCreate)(&p);
	LT(cublasLtMatmulPreferenceSetAttribute)(p, 5, &alignment, 4);
	status = LT(cublasLtMatmulAlgoGetHeuristic)(
		P(1), (void *)operation, (void *)a, (void *)other,
		(void *)other, (void *)other, p, 3, result, &found);
	said("status %d found %d algo %d\n", status, found,
	     found > 0 ? (int)result->algo.data[0] : -1);
	LT(cublasLtMatmulPreferenceDestroy)(p);
}

static void heuristics(void)
{
	cublasLtHandle_t h;

	LT(cublasLtCreate)(&h);
	ask(64, 0, 256);
	ask(32, 0, 256);
	ask(64, 0, 512); /* the same question, better aligned */
	ask(64, 0, 8);	 /* another one */
	ask(64, 1, 16);	 /* in place only */
	ask(64, 4, 16);	 /* not without */
}

static void lt(void)
{
	uint64_t operation[40] = { 0 };
	uint64_t layout[16] = { [2] = 64, [3] = 32, [4] = 65 };
	cublasLtMatmulAlgo_t algo = { { 21 } };
	uint32_t split = 4;

	LT(cublasLtMatmulAlgoConfigSetAttribute)(&algo, 2, &split, 4);
	LT(cublasLtMatmulAlgoConfigSetAttribute)(&algo, 3, &split, 4);
	LT(cublasLtMatmulAlgoConfigSetAttribute)(&algo, 1, &split, 4);
	LT(cublasLtMatmul)(P(1), (void *)operation, P(2), P(3),
			   (void *)layout, P(4), (void *)layout, P(5), P(6),
			   (void *)layout, P(7), (void *)layout, &algo, P(8),
			   9, P(10));
}

static void results(int status, int found,
		    const cudnnConvolutionFwdAlgoPerf_t *r)
{
	said("status %d:", status);
	for (int i = 0; i < found; i++)
		said(" %d", r[i].algo);
	said("\n");
}

/* conv 2: nothing deterministic. */
static void choose(void *conv, int wanted)
{
	cudnnConvolutionFwdAlgoPerf_t r[10];
	int n = 0, status;

#define CHOOSE(fn, ...)                                                        \
	(status = DNN(fn)(P(1), __VA_ARGS__, wanted, &n, r),                   \
	 results(status, n, r))
	CHOOSE(cudnnGetConvolutionForwardAlgorithm_v7, P(2), P(3), conv, P(4));
	CHOOSE(cudnnGetConvolutionBackwardDataAlgorithm_v7, P(2), P(3), conv,
	       P(4));
	CHOOSE(cudnnGetConvolutionBackwardFilterAlgorithm_v7, P(2), P(3), conv,
	       P(4));
	CHOOSE(cudnnFindConvolutionForwardAlgorithm, P(2), P(3), conv, P(4));
	CHOOSE(cudnnFindConvolutionBackwardDataAlgorithm, P(2), P(3), conv,
	       P(4));
	CHOOSE(cudnnFindConvolutionBackwardFilterAlgorithm, P(2), P(3), conv,
	       P(4));
#define CHOOSE_EX(fn)                                                          \
	(status = DNN(fn)(P(1), P(2), P(3), P(4), P(5), conv, P(6), P(7),      \
			  wanted, &n, r, P(8), 9),                             \
	 results(status, n, r))
	CHOOSE_EX(cudnnFindConvolutionForwardAlgorithmEx);
	CHOOSE_EX(cudnnFindConvolutionBackwardDataAlgorithmEx);
	CHOOSE_EX(cudnnFindConvolutionBackwardFilterAlgorithmEx);
}

static void algorithms(void)
{
	cudnnHandle_t h;

	DNN(cudnnCreate)(&h);
	choose(P(1), 8);
}

static void one_algorithm(void)
{
	choose(P(1), 1);
}

static void no_algorithm(void)
{
	choose(P(2), 8);
}

static void convolve(int algo, size_t size)
{
	size_t wants = 0;

	DNN(cudnnGetConvolutionBackwardDataWorkspaceSize)(
		P(1), P(2), P(3), P(4), P(5), algo, &wants);
	said("wants %zu\n", wants);
	DNN(cudnnGetConvolutionBackwardFilterWorkspaceSize)(
		P(1), P(2), P(3), P(4), P(5), algo, &wants);
	said("wants %zu\n", wants);
	DNN(cudnnConvolutionBackwardData)(P(1), P(2), P(3), P(4), P(5), P(6),
					  P(7), algo, P(8), size, P(9), P(10),
					  P(11));
	DNN(cudnnConvolutionBackwardFilter)(P(1), P(2), P(3), P(4), P(5), P(6),
					    P(7), algo, P(8), size, P(9),
					    P(10), P(11));
}

static void backward(void)
{
	convolve(0, 100);
	convolve(2, 200);
	convolve(3, 300);
	convolve(0, 99); /* too small for 1 */
}

static void pooling(void)
{
	DNN(cudnnSetPooling2dDescriptor)(P(1), 0, 1, 2, 3, 4, 5, 6, 7);
	DNN(cudnnSetPooling2dDescriptor)(P(1), 1, 1, 2, 3, 4, 5, 6, 7);
	DNN(cudnnSetPoolingNdDescriptor)(P(1), 0, 1, 2, P(3), P(4), P(5));
}

static void dropout(void)
{
	DNN(cudnnSetDropoutDescriptor)(P(1), P(2), 0.5f, P(3), 4, 5);
	DNN(cudnnRestoreDropoutDescriptor)(P(1), P(2), 0.5f, P(3), 4, 6);
}

static void ctc(void)
{
	size_t size = 0;

	DNN(cudnnGetCTCLossWorkspaceSize)(P(1), P(2), P(3), P(4), P(5), P(6),
					  1, P(7), &size);
	DNN(cudnnCTCLoss)(P(1), P(2), P(3), P(4), P(5), P(6), P(7), P(8), P(9),
			  1, P(10), P(11), size);
	DNN(cudnnGetCTCLossWorkspaceSize_v8)(P(1), 1, P(2), P(3), P(4),
					     &size);
	DNN(cudnnCTCLoss_v8)(P(1), 1, P(2), P(3), P(4), P(5), P(6), P(7), P(8),
			     P(9), P(10), size, P(11));
	DNN(cudnnCTCLoss_v8)(P(1), 1, P(2), P(3), P(4), P(5), P(6), P(7), P(8),
			     P(9), P(10), 20, P(11));
}

static void propose(int content, int64_t wanted)
{
	cudnnBackendDescriptor_t heuristics, config[5];
	int64_t n = 0;
	int status;

	DNN(cudnnBackendCreateDescriptor)(4, &heuristics);
	DNN(fake_set)(heuristics, content);
	for (int i = 0; i < 5; i++)
		DNN(cudnnBackendCreateDescriptor)(3, &config[i]);
	status = DNN(cudnnBackendGetAttribute)(heuristics, 202, 15, wanted, &n,
					       config);
	said("status %d:", status);
	for (int i = 0; i < n && i < wanted; i++)
		said(" %d", DNN(fake_get)(config[i]));
	said("\n");
	for (int i = 0; i < 5; i++)
		DNN(cudnnBackendDestroyDescriptor)(config[i]);
	DNN(cudnnBackendDestroyDescriptor)(heuristics);
}

static void backend(void)
{
	propose(0, 5);
	propose(0, 1);
	propose(1, 5);
	propose(0, 0);
}

static void generators(void)
{
	curandGenerator_t g;

	RAND(curandCreateGenerator)(&g, 100);
	RAND(curandSetGeneratorOrdering)(g, 104);
	RAND(curandSetGeneratorOrdering)(g, 102);
	RAND(curandSetPseudoRandomGeneratorSeed)(g, 42);
	RAND(curandCreateGenerator)(&g, 201);
	RAND(curandCreateGeneratorHost)(&g, 142);
	RAND(curandSetGeneratorOrdering)(g, 100);
}

static void solver(void)
{
	cusolverDnHandle_t h;

	SOLVER(cusolverDnCreate)(&h);
	SOLVER(cusolverDnSetDeterministicMode)(h, 2);
}

static void multiply(void *A, int op)
{
	size_t n;

#define MV(fn, last) SPARSE(fn)(P(1), op, P(2), A, P(3), P(4), P(5), 0, 0, last)
#define MM(fn, last)                                                           \
	SPARSE(fn)(P(1), op, 0, P(2), A, P(3), P(4), P(5), 0, 0, last)
#define GEMM(fn, ...)                                                          \
	SPARSE(fn)(P(1), op, 0, P(2), A, P(3), P(4), P(5), 0, 0, P(6),         \
		   ##__VA_ARGS__)
#define REUSED(fn, ...)                                                        \
	SPARSE(fn)(P(1), op, 0, A, P(3), P(4), 0, P(6), __VA_ARGS__)
	MV(cusparseSpMV_bufferSize, &n);
	MV(cusparseSpMV_preprocess, P(7));
	said("%d\n", MV(cusparseSpMV, P(7)));
	MM(cusparseSpMM_bufferSize, &n);
	MM(cusparseSpMM_preprocess, P(7));
	said("%d\n", MM(cusparseSpMM, P(7)));
	GEMM(cusparseSpGEMM_workEstimation, &n, P(7));
	GEMM(cusparseSpGEMM_compute, &n, P(7));
	said("%d\n", GEMM(cusparseSpGEMM_copy));
	REUSED(cusparseSpGEMMreuse_workEstimation, &n, P(7));
	REUSED(cusparseSpGEMMreuse_nnz, &n, P(7), &n, P(8), &n, P(9));
	REUSED(cusparseSpGEMMreuse_copy, &n, P(7));
	said("%d\n", GEMM(cusparseSpGEMMreuse_compute));
}

static void sparse(void)
{
	cusparseHandle_t h;

	SPARSE(cusparseCreate)(&h);
	multiply(P(1), 0);
	multiply(P(3), 0);
	multiply(P(1), 1); /* not served */
}

static void ranks(void)
{
	ncclUniqueId id = { "abcdefg" };
	ncclComm_t comm;

	NCCL(ncclCommInitRank)(&comm, 4, id, 1);
	NCCL(ncclCommInitRankConfig)(&comm, 4, id, 2, P(3));
	NCCL(ncclCommInitRankScalable)(&comm, 4, 3, 1, &id, P(5));
	NCCL(ncclCommInitAll)(&comm, 2, P(6));
}

/* Two kernels by stubs, one by a handle; the driver's by their names. */
static void launches(void)
{
	dim3 grid = { 1, 2, 3 }, block = { 4, 5, 6 };
	cudaLaunchConfig_t how = { grid, block, 7, P(8), NULL, 0 };
	CUlaunchConfig driver_how = { 1, 2, 3, 4, 5, 6, 7, P(8), NULL, 0 };
	cudaKernel_t kernel;
	CUmodule module;
	CUlibrary library;
	CUfunction f;
	CUkernel k;
	char name[] = "by_name";

	RT(__cudaRegisterFunction)(NULL, P(1001), NULL, "stub_one", -1, NULL,
				   NULL, NULL, NULL, NULL);
	RT(__cudaRegisterFunction)(NULL, P(1002), NULL, "stub_two", -1, NULL,
				   NULL, NULL, NULL, NULL);
	RT(cudaLaunchKernel)(P(1001), grid, block, P(9), 7, P(8));
	RT(cudaLaunchKernel_ptsz)(P(1002), grid, block, P(9), 7, P(8));
	RT(cudaLaunchKernelExC)(&how, P(1001), P(9));
	RT(cudaLaunchKernelExC_ptsz)(&how, P(1003), P(9));
	RT(__cudaGetKernel)(&kernel, P(1001));
	RT(__cudaLaunchKernel)(kernel, grid, block, P(9), 7, P(8));
	RT(__cudaLaunchKernel_ptsz)(kernel, grid, block, P(9), 7, NULL);
	DRIVER(cuModuleLoadData)(&module, P(1));
	DRIVER(cuModuleLoadDataEx)(&module, P(1), 2, P(3), P(4));
	DRIVER(cuLibraryLoadData)(&library, P(1), P(2), P(3), 4, P(5), P(6),
				  7);
	DRIVER(cuModuleGetFunction)(&f, module, name);
	memset(name, 'x', sizeof(name) - 1);
	DRIVER(cuLaunchKernel)(f, 1, 2, 3, 4, 5, 6, 7, P(8), P(9), NULL);
	DRIVER(cuLibraryGetKernel)(&k, library, "of_library");
	DRIVER(cuKernelGetFunction)(&f, k);
	DRIVER(cuLaunchKernelEx)(&driver_how, f, P(9), NULL);
	DRIVER(cuLaunchKernel_ptsz)(f, 1, 1, 1, 1, 1, 1, 0, NULL, NULL, NULL);
	DRIVER(cuLaunchKernelEx_ptsz)(&driver_how, f, P(9), NULL);
}

/* Two kernels from one place, five times and ten times. */
static void one_place(void)
{
	dim3 one = { 1, 1, 1 };
	__typeof__(&cudaLaunchKernel) launch = RT(cudaLaunchKernel);

	RT(__cudaRegisterFunction)(NULL, P(1001), NULL, "stub_one", -1, NULL,
				   NULL, NULL, NULL, NULL);
	RT(__cudaRegisterFunction)(NULL, P(1002), NULL, "stub_two", -1, NULL,
				   NULL, NULL, NULL, NULL);
	for (int i = 0; i < 15; i++)
		launch(i % 3 ? P(1002) : P(1001), one, one, NULL, 0, NULL);
}

/* What is asked of the driver leads through us. */
static void entry_points(void)
{
	__typeof__(cuLaunchKernel) *launch = NULL;
	__typeof__(cuGetProcAddress_v2) *again = NULL;
	void *other = NULL;
	unsigned v = 12000;

#define LAUNCHED                                                               \
	launch(P(11), 1, 1, 1, 2, 1, 1, 0, P(8), NULL, NULL), launch = NULL
	DRIVER(cuGetProcAddress_v2)("cuLaunchKernel", (void **)&launch, 13000,
				    0, NULL);
	LAUNCHED;
	DRIVER(cuGetProcAddress)("cuLaunchKernel", (void **)&launch, 11040, 2);
	LAUNCHED;
	DRIVER(cuGetProcAddress_v2)("cuGetProcAddress", (void **)&again, 13000,
				    0, NULL);
	again("cuLaunchKernel", (void **)&launch, 13000, 0, NULL);
	LAUNCHED;
	RT(cudaGetDriverEntryPoint)("cuLaunchKernel", (void **)&launch, 0,
				    NULL);
	LAUNCHED;
	RT(cudaGetDriverEntryPoint_ptsz)("cuLaunchKernel", (void **)&launch,
					 0, NULL);
	LAUNCHED;
	RT(cudaGetDriverEntryPointByVersion)("cuLaunchKernel",
					     (void **)&launch, v, 0, NULL);
	LAUNCHED;
	RT(cudaGetDriverEntryPointByVersion_ptsz)(
		"cuLaunchKernel", (void **)&launch, v, 0, NULL);
	LAUNCHED;
	said("%d\n", DRIVER(cuGetProcAddress_v2)("cuNothing", &other, 13000, 0,
						 NULL));
	said("%d\n", DRIVER(cuGetProcAddress_v2)("cuDriverGetVersion", &other,
						 13000, 0, NULL));
}

/* All that are only seen, with words that differ. */
typedef int seen_fn(long, long, long, long, long, long, long, long, long, long,
		    long, long, long, long, long, long, long, long, long, long,
		    long, long, long, long);
#define SEEN(symbol, group, words, doc) extern seen_fn symbol;
#include "../../shim/cuda/cublas.def"
#include "../../shim/cuda/cudnn.def"
#include "../../shim/cuda/nccl.def"
#undef SEEN

static void calls(void)
{
#define SEEN(symbol, group, words, doc)                                        \
	IN(!strcmp(group, "cublas") ? "libcublas.so.13"                        \
	   : !strcmp(group, "cudnn") ? "libcudnn.so.9" : "libnccl.so.2",       \
	   symbol)(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,  \
		   18, 19, 20, 21, 22, 23, 24);
#include "../../shim/cuda/cublas.def"
#include "../../shim/cuda/cudnn.def"
#include "../../shim/cuda/nccl.def"
#undef SEEN
}

static void product(cublasHandle_t h)
{
	BLAS(cublasSgemm_v2)((long)h, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
			     14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24);
}

/* Products in the default stream and in two others. */
static void in_streams(void)
{
	cublasHandle_t h;

	BLAS(cublasCreate_v2)(&h);
	product(h);
	BLAS(cublasSetStream_v2)(h, P(1));
	product(h);
	BLAS(cublasSetStream_v2)(h, P(2));
	product(h);
	BLAS(cublasDestroy_v2)(h);
}

static void convolutions(cudnnHandle_t h)
{
	DNN(cudnnConvolutionForward)((long)h, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
				     12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
				     22, 23, 24);
	DNN(cudnnBackendExecute)((long)h, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
				 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
				 24);
	DNN(cudnnConvolutionBackwardData)(h, P(2), P(3), P(4), P(5), P(6),
					  P(7), 1, P(8), 100, P(9), P(10),
					  P(11));
	DNN(cudnnConvolutionBackwardFilter)(h, P(2), P(3), P(4), P(5), P(6),
					    P(7), 2, P(8), 200, P(9), P(10),
					    P(11));
}

/* Convolutions in two streams, where a third is refused; then another handle
 * comes to the same address, and has the default stream. */
static void convolved_in_streams(void)
{
	cudnnHandle_t h;

	DNN(cudnnCreate)(&h);
	DNN(cudnnSetStream)(h, P(1));
	convolutions(h);
	DNN(cudnnSetStream)(h, P(2));
	said("%d\n", DNN(cudnnSetStream)(h, P(99)));
	convolutions(h);
	DNN(cudnnDestroy)(h);
	DNN(cudnnCreate)(&h);
	convolutions(h);
	DNN(cudnnDestroy)(h);
}

#define SCENE(name) { #name, name }
static const struct {
	const char *name;
	void (*run)(void);
} scene[] = {
	SCENE(atomics), SCENE(workspaces), SCENE(threads), SCENE(forked),
	SCENE(nothing), SCENE(heuristics), SCENE(lt), SCENE(algorithms),
	SCENE(one_algorithm), SCENE(no_algorithm), SCENE(backward),
	SCENE(pooling), SCENE(dropout), SCENE(ctc), SCENE(backend),
	SCENE(generators), SCENE(solver), SCENE(sparse), SCENE(ranks),
	SCENE(launches), SCENE(entry_points), SCENE(calls), SCENE(one_place),
	SCENE(in_streams), SCENE(convolved_in_streams),
};

__attribute__((visibility("default"))) int scenes(int argc, char **argv);
int scenes(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		for (size_t k = 0; k < sizeof(scene) / sizeof(*scene); k++)
			if (!strcmp(argv[i], scene[k].name))
				scene[k].run();
	return 0;
}

#ifndef LIBRARY
int main(int argc, char **argv)
{
	return scenes(argc, argv);
}
#endif
