/* SPDX-License-Identifier: MIT */
/*
 * What we use of NVIDIA's libraries, declared as their headers declare it (CUDA
 * 11 to 13, cuDNN 8 and 9, NCCL 2), because few machines that samebits is built
 * on have these. Enumerations are ints and what handles point to is left open.
 *
 * tests/cuda/prototypes.c includes the real headers first, where they are
 * installed, with SAMEBITS_REAL_CUDA defined: then the types are theirs, and a
 * function that is declared otherwise here does not compile.
 */
#ifndef SAMEBITS_CUDA_H
#define SAMEBITS_CUDA_H

#include <stddef.h>
#include <stdint.h>

#ifdef SAMEBITS_REAL_CUDA
typedef enum cudaDriverEntryPointQueryResult samebits_entry_status;
typedef enum cudaStreamCaptureStatus samebits_capture_status;
typedef enum cudaStreamCaptureMode samebits_capture_mode;
#else
#define OPAQUE(name) typedef struct samebits_##name *name
#define ENUM(name) typedef int name

/* The driver and the runtime */
ENUM(CUresult);
ENUM(CUjit_option);
ENUM(CUlibraryOption);
ENUM(CUdriverProcAddressQueryResult);
ENUM(cudaError_t);
ENUM(cudaDataType);
ENUM(samebits_entry_status);
ENUM(samebits_capture_status);
ENUM(samebits_capture_mode);
OPAQUE(CUfunction);
OPAQUE(CUkernel);
OPAQUE(CUmodule);
OPAQUE(CUlibrary);
OPAQUE(CUstream);
typedef CUstream cudaStream_t;
typedef CUkernel cudaKernel_t;
typedef uint64_t cuuint64_t;
typedef struct dim3 {
	unsigned int x, y, z;
} dim3;

typedef struct {
	dim3 gridDim, blockDim;
	size_t dynamicSmemBytes;
	cudaStream_t stream;
	void *attrs;
	unsigned int numAttrs;
} cudaLaunchConfig_t;

typedef struct {
	unsigned int gridDimX, gridDimY, gridDimZ;
	unsigned int blockDimX, blockDimY, blockDimZ;
	unsigned int sharedMemBytes;
	CUstream hStream;
	void *attrs;
	unsigned int numAttrs;
} CUlaunchConfig;

/* cuBLAS */
ENUM(cublasStatus_t);
ENUM(cublasAtomicsMode_t);
ENUM(cublasMath_t);
ENUM(cublasEmulationStrategy_t);
OPAQUE(cublasHandle_t);

/* cublasLt */
ENUM(cublasLtMatmulPreferenceAttributes_t);
ENUM(cublasLtMatmulAlgoConfigAttributes_t);
ENUM(cublasLtMatmulDescAttributes_t);
ENUM(cublasLtMatrixLayoutAttribute_t);
OPAQUE(cublasLtHandle_t);
OPAQUE(cublasLtMatmulDesc_t);
OPAQUE(cublasLtMatrixLayout_t);
OPAQUE(cublasLtMatmulPreference_t);
typedef struct {
	uint64_t data[8];
} cublasLtMatmulAlgo_t;
typedef struct {
	cublasLtMatmulAlgo_t algo;
	size_t workspaceSize;
	cublasStatus_t state;
	float wavesCount;
	int reserved[4];
} cublasLtMatmulHeuristicResult_t;

/* cuDNN */
ENUM(cudnnStatus_t);
ENUM(cudnnConvolutionFwdAlgo_t);
ENUM(cudnnConvolutionBwdDataAlgo_t);
ENUM(cudnnConvolutionBwdFilterAlgo_t);
ENUM(cudnnPoolingMode_t);
ENUM(cudnnNanPropagation_t);
ENUM(cudnnCTCLossAlgo_t);
ENUM(cudnnBackendAttributeName_t);
ENUM(cudnnBackendAttributeType_t);
ENUM(cudnnBackendDescriptorType_t);
OPAQUE(cudnnHandle_t);
OPAQUE(cudnnTensorDescriptor_t);
OPAQUE(cudnnFilterDescriptor_t);
OPAQUE(cudnnConvolutionDescriptor_t);
OPAQUE(cudnnPoolingDescriptor_t);
OPAQUE(cudnnDropoutDescriptor_t);
OPAQUE(cudnnCTCLossDescriptor_t);
typedef void *cudnnBackendDescriptor_t;
/* The same for all three directions. */
typedef struct {
	int algo;
	cudnnStatus_t status;
	float time;
	size_t memory;
	int determinism;
	int mathType;
	int reserved[3];
} cudnnConvolutionFwdAlgoPerf_t;
typedef cudnnConvolutionFwdAlgoPerf_t cudnnConvolutionBwdDataAlgoPerf_t;
typedef cudnnConvolutionFwdAlgoPerf_t cudnnConvolutionBwdFilterAlgoPerf_t;

/* cuRAND, cuSOLVER, cuSPARSE */
ENUM(curandStatus_t);
ENUM(curandRngType_t);
ENUM(curandOrdering_t);
OPAQUE(curandGenerator_t);
ENUM(cusolverStatus_t);
ENUM(cusolverDeterministicMode_t);
OPAQUE(cusolverDnHandle_t);
ENUM(cusparseStatus_t);
ENUM(cusparseOperation_t);
ENUM(cusparseSpMVAlg_t);
ENUM(cusparseSpMMAlg_t);
ENUM(cusparseSpGEMMAlg_t);
ENUM(cusparseFormat_t);
OPAQUE(cusparseHandle_t);
OPAQUE(cusparseSpMatDescr_t);
OPAQUE(cusparseDnMatDescr_t);
OPAQUE(cusparseDnVecDescr_t);
OPAQUE(cusparseSpGEMMDescr_t);
typedef const struct samebits_cusparseSpMatDescr_t *cusparseConstSpMatDescr_t;
typedef const struct samebits_cusparseDnMatDescr_t *cusparseConstDnMatDescr_t;
typedef const struct samebits_cusparseDnVecDescr_t *cusparseConstDnVecDescr_t;

/* NCCL */
ENUM(ncclResult_t);
OPAQUE(ncclComm_t);
typedef struct {
	char internal[128];
} ncclUniqueId;
typedef struct samebits_ncclConfig_t ncclConfig_t;
#undef OPAQUE
#undef ENUM
#endif

/* What we read or write of theirs lies where we think. */
#define LIES(type, member, at)                                                 \
	_Static_assert(offsetof(type, member) == (at), #type "." #member)
LIES(cudaLaunchConfig_t, blockDim, 12);
LIES(cudaLaunchConfig_t, dynamicSmemBytes, 24);
LIES(cudaLaunchConfig_t, stream, 32);
LIES(CUlaunchConfig, blockDimX, 12);
LIES(CUlaunchConfig, sharedMemBytes, 24);
LIES(CUlaunchConfig, hStream, 32);
LIES(cublasLtMatmulHeuristicResult_t, workspaceSize, 64);
LIES(cudnnConvolutionFwdAlgoPerf_t, status, 4);
LIES(cudnnConvolutionFwdAlgoPerf_t, determinism, 24);
LIES(cudnnConvolutionBwdDataAlgoPerf_t, determinism, 24);
LIES(cudnnConvolutionBwdFilterAlgoPerf_t, determinism, 24);
#undef LIES
_Static_assert(sizeof(cublasLtMatmulHeuristicResult_t) == 96, "a result");
_Static_assert(sizeof(cudnnConvolutionFwdAlgoPerf_t) == 48, "a result");
_Static_assert(sizeof(cudnnConvolutionBwdDataAlgoPerf_t) == 48, "a result");
_Static_assert(sizeof(cudnnConvolutionBwdFilterAlgoPerf_t) == 48, "a result");
_Static_assert(sizeof(ncclUniqueId) == 128, "handed over on the stack");
_Static_assert(sizeof(CUresult) == 4 && sizeof(cublasStatus_t) == 4 &&
		       sizeof(cudnnStatus_t) == 4 && sizeof(cudaError_t) == 4,
	       "enumerations are ints");

/* The runtime */
#define LAUNCH void **args, size_t sharedMem, cudaStream_t stream
cudaError_t cudaLaunchKernel(const void *func, dim3 grid, dim3 block, LAUNCH);
cudaError_t cudaLaunchKernel_ptsz(const void *func, dim3 grid, dim3 block,
				  LAUNCH);
cudaError_t __cudaLaunchKernel(cudaKernel_t kernel, dim3 grid, dim3 block,
			       LAUNCH);
cudaError_t __cudaLaunchKernel_ptsz(cudaKernel_t kernel, dim3 grid, dim3 block,
				    LAUNCH);
#undef LAUNCH
cudaError_t cudaLaunchKernelExC(const cudaLaunchConfig_t *config,
				const void *func, void **args);
cudaError_t cudaLaunchKernelExC_ptsz(const cudaLaunchConfig_t *config,
				     const void *func, void **args);
/* Of the code that nvcc makes; C++ only, so nobody can check them. */
void __cudaRegisterFunction(void **image, const char *stub, char *function,
			    const char *name, int limit, void *tid, void *bid,
			    void *block, void *grid, int *warp);
cudaError_t __cudaGetKernel(cudaKernel_t *kernel, const void *stub);
#define ENTRY_POINT const char *symbol, void **function
cudaError_t cudaGetDriverEntryPoint(ENTRY_POINT, unsigned long long flags,
				    samebits_entry_status *status);
cudaError_t cudaGetDriverEntryPoint_ptsz(ENTRY_POINT, unsigned long long flags,
					 samebits_entry_status *status);
cudaError_t cudaGetDriverEntryPointByVersion(ENTRY_POINT, unsigned int version,
					     unsigned long long flags,
					     samebits_entry_status *status);
cudaError_t cudaGetDriverEntryPointByVersion_ptsz(
	ENTRY_POINT, unsigned int version, unsigned long long flags,
	samebits_entry_status *status);
cudaError_t cudaMalloc(void **memory, size_t size);
cudaError_t cudaFree(void *memory);
cudaError_t cudaGetLastError(void);
cudaError_t cudaPeekAtLastError(void);
cudaError_t cudaGetDevice(int *device);
cudaError_t cudaStreamIsCapturing(cudaStream_t stream,
				  samebits_capture_status *status);
cudaError_t cudaThreadExchangeStreamCaptureMode(samebits_capture_mode *mode);

/* The driver */
CUresult cuGetProcAddress_v2(ENTRY_POINT, int version, cuuint64_t flags,
			     CUdriverProcAddressQueryResult *status);
CUresult cuGetProcAddress(ENTRY_POINT, int version, cuuint64_t flags);
#undef ENTRY_POINT
#define LAUNCH                                                                 \
	unsigned int gridX, unsigned int gridY, unsigned int gridZ,            \
		unsigned int blockX, unsigned int blockY, unsigned int blockZ, \
		unsigned int shared, CUstream stream, void **args,             \
		void **extra
CUresult cuLaunchKernel(CUfunction f, LAUNCH);
CUresult cuLaunchKernel_ptsz(CUfunction f, LAUNCH);
#undef LAUNCH
CUresult cuLaunchKernelEx(const CUlaunchConfig *config, CUfunction f,
			  void **args, void **extra);
CUresult cuLaunchKernelEx_ptsz(const CUlaunchConfig *config, CUfunction f,
			       void **args, void **extra);
CUresult cuModuleLoadData(CUmodule *module, const void *image);
CUresult cuModuleLoadDataEx(CUmodule *module, const void *image,
			    unsigned int n, CUjit_option *options,
			    void **values);
CUresult cuLibraryLoadData(CUlibrary *library, const void *code,
			   CUjit_option *jit, void **jit_values,
			   unsigned int njit, CUlibraryOption *options,
			   void **values, unsigned int n);
CUresult cuModuleGetFunction(CUfunction *f, CUmodule module, const char *name);
CUresult cuLibraryGetKernel(CUkernel *kernel, CUlibrary library,
			    const char *name);
CUresult cuKernelGetFunction(CUfunction *f, CUkernel kernel);

/* cuBLAS */
cublasStatus_t cublasCreate_v2(cublasHandle_t *handle);
cublasStatus_t cublasDestroy_v2(cublasHandle_t handle);
cublasStatus_t cublasGetVersion_v2(cublasHandle_t handle, int *version);
cublasStatus_t cublasSetStream_v2(cublasHandle_t handle, cudaStream_t stream);
cublasStatus_t cublasSetWorkspace_v2(cublasHandle_t handle, void *workspace,
				     size_t size);
cublasStatus_t cublasSetAtomicsMode(cublasHandle_t handle,
				    cublasAtomicsMode_t mode);
cublasStatus_t cublasSetMathMode(cublasHandle_t handle, cublasMath_t mode);
cublasStatus_t cublasSetEmulationStrategy(cublasHandle_t handle,
					  cublasEmulationStrategy_t strategy);

/* cublasLt */
cublasStatus_t cublasLtCreate(cublasLtHandle_t *handle);
size_t cublasLtGetVersion(void);
cublasStatus_t cublasLtMatmul(
	cublasLtHandle_t handle, cublasLtMatmulDesc_t operation,
	const void *alpha, const void *A, cublasLtMatrixLayout_t Adesc,
	const void *B, cublasLtMatrixLayout_t Bdesc, const void *beta,
	const void *C, cublasLtMatrixLayout_t Cdesc, void *D,
	cublasLtMatrixLayout_t Ddesc, const cublasLtMatmulAlgo_t *algo,
	void *workspace, size_t size, cudaStream_t stream);
cublasStatus_t cublasLtMatmulAlgoGetHeuristic(
	cublasLtHandle_t handle, cublasLtMatmulDesc_t operation,
	cublasLtMatrixLayout_t Adesc, cublasLtMatrixLayout_t Bdesc,
	cublasLtMatrixLayout_t Cdesc, cublasLtMatrixLayout_t Ddesc,
	cublasLtMatmulPreference_t preference, int wanted,
	cublasLtMatmulHeuristicResult_t results[], int *found);
cublasStatus_t cublasLtMatmulAlgoConfigSetAttribute(
	cublasLtMatmulAlgo_t *algo, cublasLtMatmulAlgoConfigAttributes_t name,
	const void *value, size_t size);
cublasStatus_t cublasLtMatmulAlgoConfigGetAttribute(
	const cublasLtMatmulAlgo_t *algo,
	cublasLtMatmulAlgoConfigAttributes_t name, void *value, size_t size,
	size_t *written);
cublasStatus_t cublasLtMatmulPreferenceCreate(
	cublasLtMatmulPreference_t *preference);
cublasStatus_t cublasLtMatmulPreferenceDestroy(
	cublasLtMatmulPreference_t preference);
cublasStatus_t cublasLtMatmulPreferenceSetAttribute(
	cublasLtMatmulPreference_t preference,
	cublasLtMatmulPreferenceAttributes_t name, const void *value,
	size_t size);
cublasStatus_t cublasLtMatmulPreferenceGetAttribute(
	cublasLtMatmulPreference_t preference,
	cublasLtMatmulPreferenceAttributes_t name, void *value, size_t size,
	size_t *written);
cublasStatus_t cublasLtMatmulDescGetAttribute(
	cublasLtMatmulDesc_t operation, cublasLtMatmulDescAttributes_t name,
	void *value, size_t size, size_t *written);
cublasStatus_t cublasLtMatrixLayoutGetAttribute(
	cublasLtMatrixLayout_t layout, cublasLtMatrixLayoutAttribute_t name,
	void *value, size_t size, size_t *written);

/* cuDNN */
cudnnStatus_t cudnnCreate(cudnnHandle_t *handle);
cudnnStatus_t cudnnDestroy(cudnnHandle_t handle);
cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream);
size_t cudnnGetVersion(void);
/* The descriptors of each direction: of its inputs, the convolution, its
 * output. */
#define FORWARD                                                                \
	const cudnnTensorDescriptor_t xDesc,                                   \
		const cudnnFilterDescriptor_t wDesc,                           \
		const cudnnConvolutionDescriptor_t convDesc,                   \
		const cudnnTensorDescriptor_t yDesc
#define BACKWARD_DATA                                                          \
	const cudnnFilterDescriptor_t wDesc,                                   \
		const cudnnTensorDescriptor_t dyDesc,                          \
		const cudnnConvolutionDescriptor_t convDesc,                   \
		const cudnnTensorDescriptor_t dxDesc
#define BACKWARD_FILTER                                                        \
	const cudnnTensorDescriptor_t xDesc,                                   \
		const cudnnTensorDescriptor_t dyDesc,                          \
		const cudnnConvolutionDescriptor_t convDesc,                   \
		const cudnnFilterDescriptor_t dwDesc
cudnnStatus_t cudnnGetConvolutionForwardAlgorithm_v7(
	cudnnHandle_t handle, FORWARD, const int wanted, int *found,
	cudnnConvolutionFwdAlgoPerf_t *results);
cudnnStatus_t cudnnGetConvolutionBackwardDataAlgorithm_v7(
	cudnnHandle_t handle, BACKWARD_DATA, const int wanted, int *found,
	cudnnConvolutionBwdDataAlgoPerf_t *results);
cudnnStatus_t cudnnGetConvolutionBackwardFilterAlgorithm_v7(
	cudnnHandle_t handle, BACKWARD_FILTER, const int wanted, int *found,
	cudnnConvolutionBwdFilterAlgoPerf_t *results);
cudnnStatus_t cudnnFindConvolutionForwardAlgorithm(
	cudnnHandle_t handle, FORWARD, const int wanted, int *found,
	cudnnConvolutionFwdAlgoPerf_t *results);
cudnnStatus_t cudnnFindConvolutionBackwardDataAlgorithm(
	cudnnHandle_t handle, BACKWARD_DATA, const int wanted, int *found,
	cudnnConvolutionBwdDataAlgoPerf_t *results);
cudnnStatus_t cudnnFindConvolutionBackwardFilterAlgorithm(
	cudnnHandle_t handle, BACKWARD_FILTER, const int wanted, int *found,
	cudnnConvolutionBwdFilterAlgoPerf_t *results);
cudnnStatus_t cudnnFindConvolutionForwardAlgorithmEx(
	cudnnHandle_t handle, const cudnnTensorDescriptor_t xDesc,
	const void *x, const cudnnFilterDescriptor_t wDesc, const void *w,
	const cudnnConvolutionDescriptor_t convDesc,
	const cudnnTensorDescriptor_t yDesc, void *y, const int wanted,
	int *found, cudnnConvolutionFwdAlgoPerf_t *results, void *workspace,
	size_t size);
cudnnStatus_t cudnnFindConvolutionBackwardDataAlgorithmEx(
	cudnnHandle_t handle, const cudnnFilterDescriptor_t wDesc,
	const void *w, const cudnnTensorDescriptor_t dyDesc, const void *dy,
	const cudnnConvolutionDescriptor_t convDesc,
	const cudnnTensorDescriptor_t dxDesc, void *dx, const int wanted,
	int *found, cudnnConvolutionBwdDataAlgoPerf_t *results,
	void *workspace, size_t size);
cudnnStatus_t cudnnFindConvolutionBackwardFilterAlgorithmEx(
	cudnnHandle_t handle, const cudnnTensorDescriptor_t xDesc,
	const void *x, const cudnnTensorDescriptor_t dyDesc, const void *dy,
	const cudnnConvolutionDescriptor_t convDesc,
	const cudnnFilterDescriptor_t dwDesc, void *dw, const int wanted,
	int *found, cudnnConvolutionBwdFilterAlgoPerf_t *results,
	void *workspace, size_t size);
cudnnStatus_t cudnnGetConvolutionBackwardDataWorkspaceSize(
	cudnnHandle_t handle, BACKWARD_DATA, cudnnConvolutionBwdDataAlgo_t algo,
	size_t *size);
cudnnStatus_t cudnnGetConvolutionBackwardFilterWorkspaceSize(
	cudnnHandle_t handle, BACKWARD_FILTER,
	cudnnConvolutionBwdFilterAlgo_t algo, size_t *size);
cudnnStatus_t cudnnConvolutionBackwardData(
	cudnnHandle_t handle, const void *alpha,
	const cudnnFilterDescriptor_t wDesc, const void *w,
	const cudnnTensorDescriptor_t dyDesc, const void *dy,
	const cudnnConvolutionDescriptor_t convDesc,
	cudnnConvolutionBwdDataAlgo_t algo, void *workspace, size_t size,
	const void *beta, const cudnnTensorDescriptor_t dxDesc, void *dx);
cudnnStatus_t cudnnConvolutionBackwardFilter(
	cudnnHandle_t handle, const void *alpha,
	const cudnnTensorDescriptor_t xDesc, const void *x,
	const cudnnTensorDescriptor_t dyDesc, const void *dy,
	const cudnnConvolutionDescriptor_t convDesc,
	cudnnConvolutionBwdFilterAlgo_t algo, void *workspace, size_t size,
	const void *beta, const cudnnFilterDescriptor_t dwDesc, void *dw);
cudnnStatus_t cudnnSetPooling2dDescriptor(
	cudnnPoolingDescriptor_t pooling, cudnnPoolingMode_t mode,
	cudnnNanPropagation_t nan, int height, int width, int padding_y,
	int padding_x, int stride_y, int stride_x);
cudnnStatus_t cudnnSetPoolingNdDescriptor(
	cudnnPoolingDescriptor_t pooling, const cudnnPoolingMode_t mode,
	const cudnnNanPropagation_t nan, int n, const int window[],
	const int padding[], const int stride[]);
cudnnStatus_t cudnnSetDropoutDescriptor(cudnnDropoutDescriptor_t dropout,
					cudnnHandle_t handle, float share,
					void *states, size_t size,
					unsigned long long seed);
cudnnStatus_t cudnnRestoreDropoutDescriptor(cudnnDropoutDescriptor_t dropout,
					    cudnnHandle_t handle, float share,
					    void *states, size_t size,
					    unsigned long long seed);
cudnnStatus_t cudnnGetCTCLossWorkspaceSize(
	cudnnHandle_t handle, const cudnnTensorDescriptor_t probs,
	const cudnnTensorDescriptor_t gradients, const int *labels,
	const int *label_lengths, const int *lengths, cudnnCTCLossAlgo_t algo,
	cudnnCTCLossDescriptor_t loss, size_t *size);
cudnnStatus_t cudnnGetCTCLossWorkspaceSize_v8(
	cudnnHandle_t handle, cudnnCTCLossAlgo_t algo,
	cudnnCTCLossDescriptor_t loss, const cudnnTensorDescriptor_t probs,
	const cudnnTensorDescriptor_t gradients, size_t *size);
cudnnStatus_t cudnnCTCLoss(
	cudnnHandle_t handle, const cudnnTensorDescriptor_t probsDesc,
	const void *probs, const int labels[], const int label_lengths[],
	const int lengths[], void *costs,
	const cudnnTensorDescriptor_t gradientsDesc, void *gradients,
	cudnnCTCLossAlgo_t algo, cudnnCTCLossDescriptor_t loss,
	void *workspace, size_t size);
cudnnStatus_t cudnnCTCLoss_v8(
	cudnnHandle_t handle, cudnnCTCLossAlgo_t algo,
	cudnnCTCLossDescriptor_t loss, const cudnnTensorDescriptor_t probsDesc,
	const void *probs, const int labels[], const int label_lengths[],
	const int lengths[], void *costs,
	const cudnnTensorDescriptor_t gradientsDesc, void *gradients,
	size_t size, void *workspace);
cudnnStatus_t cudnnBackendCreateDescriptor(
	cudnnBackendDescriptorType_t type, cudnnBackendDescriptor_t *made);
cudnnStatus_t cudnnBackendDestroyDescriptor(
	cudnnBackendDescriptor_t descriptor);
cudnnStatus_t cudnnBackendGetAttribute(
	cudnnBackendDescriptor_t const descriptor,
	cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
	int64_t wanted, int64_t *found, void *elements);

/* cuRAND */
curandStatus_t curandCreateGenerator(curandGenerator_t *generator,
				     curandRngType_t type);
curandStatus_t curandCreateGeneratorHost(curandGenerator_t *generator,
					 curandRngType_t type);
curandStatus_t curandSetPseudoRandomGeneratorSeed(curandGenerator_t generator,
						  unsigned long long seed);
curandStatus_t curandSetGeneratorOrdering(curandGenerator_t generator,
					  curandOrdering_t order);
curandStatus_t curandGetVersion(int *version);

/* cuSOLVER */
cusolverStatus_t cusolverDnCreate(cusolverDnHandle_t *handle);
cusolverStatus_t cusolverDnSetDeterministicMode(
	cusolverDnHandle_t handle, cusolverDeterministicMode_t mode);
cusolverStatus_t cusolverGetVersion(int *version);

/* cuSPARSE */
cusparseStatus_t cusparseCreate(cusparseHandle_t *handle);
cusparseStatus_t cusparseGetVersion(cusparseHandle_t handle, int *version);
cusparseStatus_t cusparseSpMatGetFormat(cusparseConstSpMatDescr_t matrix,
					cusparseFormat_t *format);
#define SPMV                                                                   \
	cusparseHandle_t handle, cusparseOperation_t opA, const void *alpha,   \
		cusparseConstSpMatDescr_t A, cusparseConstDnVecDescr_t x,      \
		const void *beta, cusparseDnVecDescr_t y, cudaDataType type,   \
		cusparseSpMVAlg_t alg
#define SPMM                                                                   \
	cusparseHandle_t handle, cusparseOperation_t opA,                      \
		cusparseOperation_t opB, const void *alpha,                    \
		cusparseConstSpMatDescr_t A, cusparseConstDnMatDescr_t B,      \
		const void *beta, cusparseDnMatDescr_t C, cudaDataType type,   \
		cusparseSpMMAlg_t alg
#define SPGEMM                                                                 \
	cusparseHandle_t handle, cusparseOperation_t opA,                      \
		cusparseOperation_t opB, const void *alpha,                    \
		cusparseConstSpMatDescr_t A, cusparseConstSpMatDescr_t B,      \
		const void *beta, cusparseSpMatDescr_t C, cudaDataType type,   \
		cusparseSpGEMMAlg_t alg, cusparseSpGEMMDescr_t descr
#define REUSE                                                                  \
	cusparseHandle_t handle, cusparseOperation_t opA,                      \
		cusparseOperation_t opB, cusparseConstSpMatDescr_t A,          \
		cusparseConstSpMatDescr_t B, cusparseSpMatDescr_t C,           \
		cusparseSpGEMMAlg_t alg, cusparseSpGEMMDescr_t descr
#define BUFFER(n) size_t *size##n, void *buffer##n
cusparseStatus_t cusparseSpMV_bufferSize(SPMV, size_t *size);
cusparseStatus_t cusparseSpMV_preprocess(SPMV, void *buffer);
cusparseStatus_t cusparseSpMV(SPMV, void *buffer);
cusparseStatus_t cusparseSpMM_bufferSize(SPMM, size_t *size);
cusparseStatus_t cusparseSpMM_preprocess(SPMM, void *buffer);
cusparseStatus_t cusparseSpMM(SPMM, void *buffer);
cusparseStatus_t cusparseSpGEMM_workEstimation(SPGEMM, BUFFER(1));
cusparseStatus_t cusparseSpGEMM_compute(SPGEMM, BUFFER(2));
cusparseStatus_t cusparseSpGEMM_copy(SPGEMM);
cusparseStatus_t cusparseSpGEMMreuse_workEstimation(REUSE, BUFFER(1));
cusparseStatus_t cusparseSpGEMMreuse_nnz(REUSE, BUFFER(2), BUFFER(3),
					 BUFFER(4));
cusparseStatus_t cusparseSpGEMMreuse_copy(REUSE, BUFFER(5));
cusparseStatus_t cusparseSpGEMMreuse_compute(SPGEMM);

/* NCCL */
ncclResult_t ncclGetVersion(int *version);
ncclResult_t ncclCommInitRank(ncclComm_t *comm, int ranks, ncclUniqueId id,
			      int rank);
ncclResult_t ncclCommInitRankConfig(ncclComm_t *comm, int ranks,
				    ncclUniqueId id, int rank,
				    ncclConfig_t *config);
ncclResult_t ncclCommInitRankScalable(ncclComm_t *comm, int ranks, int rank,
				      int n, ncclUniqueId *ids,
				      ncclConfig_t *config);
ncclResult_t ncclCommInitAll(ncclComm_t *comm, int devices, const int *list);

#endif
