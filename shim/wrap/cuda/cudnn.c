/* SPDX-License-Identifier: MIT */
/*
 * cuDNN, both interfaces. Of the algorithms that it finds or measures, those
 * that are not deterministic are left out, and the order is that of its
 * heuristics, not of measured times; those that a program names are replaced.
 * Where nothing deterministic is left, its own answer stands and a blind spot
 * is noted.
 */
#include <string.h>

#include "call.h"
#include "cuda.h"
#include "gpu.h"
#include "text.h"
#include "banned.h"

#define ROW(fn, as, text)                                                      \
	SOURCE(fn, .group = "cudnn", .policy = as, .optional = 1, .doc = text)

ROW(cudnnCreate, SB_OBSERVE, "makes a handle");
ROW(cudnnDestroy, SB_OBSERVE, "ends a handle");
ROW(cudnnSetStream, SB_OBSERVE, "sets a stream");
ROW(cudnnGetConvolutionForwardAlgorithm_v7, SB_FORCE,
    "proposes algorithms: deterministic ones");
ROW(cudnnGetConvolutionBackwardDataAlgorithm_v7, SB_FORCE,
    "proposes algorithms: deterministic ones");
ROW(cudnnGetConvolutionBackwardFilterAlgorithm_v7, SB_FORCE,
    "proposes algorithms: deterministic ones");
ROW(cudnnFindConvolutionForwardAlgorithm, SB_FORCE,
    "measures algorithms: deterministic ones, in a fixed order");
ROW(cudnnFindConvolutionBackwardDataAlgorithm, SB_FORCE,
    "measures algorithms: deterministic ones, in a fixed order");
ROW(cudnnFindConvolutionBackwardFilterAlgorithm, SB_FORCE,
    "measures algorithms: deterministic ones, in a fixed order");
ROW(cudnnFindConvolutionForwardAlgorithmEx, SB_FORCE,
    "measures algorithms: deterministic ones, in a fixed order");
ROW(cudnnFindConvolutionBackwardDataAlgorithmEx, SB_FORCE,
    "measures algorithms: deterministic ones, in a fixed order");
ROW(cudnnFindConvolutionBackwardFilterAlgorithmEx, SB_FORCE,
    "measures algorithms: deterministic ones, in a fixed order");
ROW(cudnnGetConvolutionBackwardDataWorkspaceSize, SB_FORCE,
    "size of a workspace: of the deterministic algorithm, too");
ROW(cudnnGetConvolutionBackwardFilterWorkspaceSize, SB_FORCE,
    "size of a workspace: of the deterministic algorithm, too");
ROW(cudnnConvolutionBackwardData, SB_FORCE,
    "gradient of the data: by a deterministic algorithm");
ROW(cudnnConvolutionBackwardFilter, SB_FORCE,
    "gradient of the filter: by a deterministic algorithm");
ROW(cudnnSetPooling2dDescriptor, SB_FORCE, "maximum: the deterministic one");
ROW(cudnnSetPoolingNdDescriptor, SB_FORCE, "maximum: the deterministic one");
SOURCE(cudnnSetDropoutDescriptor, .group = "cudnn", .policy = SB_FORCE,
       .optional = 1, .seeding = 1, .doc = "seeds a dropout");
SOURCE(cudnnRestoreDropoutDescriptor, .group = "cudnn", .policy = SB_FORCE,
       .optional = 1, .seeding = 1, .doc = "seed of a dropout, taken up");
ROW(cudnnGetCTCLossWorkspaceSize, SB_FORCE,
    "size of a workspace: of the deterministic algorithm");
ROW(cudnnGetCTCLossWorkspaceSize_v8, SB_FORCE,
    "size of a workspace: of the deterministic algorithm");
ROW(cudnnCTCLoss, SB_FORCE, "CTC loss: by the deterministic algorithm");
ROW(cudnnCTCLoss_v8, SB_FORCE, "CTC loss: by the deterministic algorithm");
ROW(cudnnBackendGetAttribute, SB_FORCE,
    "engines proposed: without those that are not deterministic");

#define NOT_INITIALIZED 1001 /* as since cuDNN 9 */

EXPORT cudnnStatus_t cudnnCreate(cudnnHandle_t *handle)
{
	struct call c;
	__typeof__(real_cudnnCreate) real;
	__typeof__(cudnnGetVersion) *version;
	cudnnStatus_t status;

	CALL(&c, cudnnCreate);
	real = REAL_HERE(cudnnCreate);
	status = real ? real(handle) : NOT_INITIALIZED;
	version = scope_find("cudnnGetVersion", (void *)real);
	gpu_seen("cudnn", (void *)real, version ? version() : 0);
	call_end(&c, (uint64_t)status, 0);
	return status;
}

EXPORT cudnnStatus_t cudnnDestroy(cudnnHandle_t handle)
{
	struct call c;
	__typeof__(real_cudnnDestroy) real;
	cudnnStatus_t status;

	CALL(&c, cudnnDestroy);
	real = REAL_HERE(cudnnDestroy);
	/* Before another one may come to that address. */
	gpu_handle_ends(handle);
	status = real ? real(handle) : NOT_INITIALIZED;
	call_end(&c, (uint64_t)status, 0);
	return status;
}

EXPORT cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream)
{
	struct call c;
	__typeof__(real_cudnnSetStream) real;
	cudnnStatus_t status;

	CALL(&c, cudnnSetStream);
	real = REAL_HERE(cudnnSetStream);
	status = real ? real(handle, stream) : NOT_INITIALIZED;
	if (status == 0)
		gpu_handle_stream(handle, stream);
	call_end(&c, gpu_stream(stream), 0);
	return status;
}

/* Algorithms of convolutions */

#define MOST 16 /* cuDNN has up to 10 a direction */
typedef cudnnConvolutionFwdAlgoPerf_t perf;

struct list {
	perf item[MOST];
	int n;
};

static void keep_deterministic(struct list *l)
{
	int n = 0;

	for (int i = 0; i < l->n; i++)
		if (l->item[i].determinism) /* CUDNN_DETERMINISTIC */
			l->item[n++] = l->item[i];
	l->n = n;
}

/* Where the heuristics put it; those that they don't know come after. */
static int rank_of(const struct list *order, const perf *p)
{
	for (int i = 0; i < order->n; i++)
		if (order->item[i].algo == p->algo &&
		    order->item[i].mathType == p->mathType)
			return i;
	return MOST + p->algo * 8 + p->mathType;
}

static bool comes_after(const struct list *order, const perf *a, const perf *b)
{
	int x = rank_of(order, a), y = rank_of(order, b);

	if (!a->status != !b->status) /* what failed is last */
		return a->status != 0;
	return x > y;
}

static void arrange(struct list *l, const struct list *order)
{
	for (int i = 1; i < l->n; i++) {
		perf p = l->item[i];
		int k = i;

		for (; k && comes_after(order, &l->item[k - 1], &p); k--)
			l->item[k] = l->item[k - 1];
		l->item[k] = p;
	}
}

static bool any_works(const struct list *l)
{
	for (int i = 0; i < l->n; i++)
		if (!l->item[i].status)
			return true;
	return false;
}

/* What the program gets of it. false: nothing of use. */
static bool deliver(struct list *l, const struct list *order, int wanted,
		    int *found, perf *results)
{
	if (l->n > MOST)
		l->n = MOST;
	keep_deterministic(l);
	if (!any_works(l))
		return false;
	if (order)
		arrange(l, order);
	*found = l->n < wanted ? l->n : wanted;
	memcpy(results, l->item, (size_t)*found * sizeof(*results));
	return true;
}

static void nothing_deterministic(const struct source *row)
{
	call_blind("cudnn", row, ": no deterministic algorithm, left as it is");
}

/* A hook for each. by: how to order what is found; NULL: as it comes. */
#define CHOOSING(fn, by, ask_all, ask_order, ask_native)                       \
	struct call c;                                                         \
	bool force = CALL(&c, fn) == SB_FORCE;                                 \
	__typeof__(real_##fn) real = REAL_HERE(fn);                            \
	struct list all = { .n = 0 }, order = { .n = 0 };                      \
	cudnnStatus_t status = NOT_INITIALIZED;                                \
	bool done = false;                                                     \
                                                                               \
	if (!real)                                                             \
		return status;                                                 \
	if (force && found && results && wanted > 0) {                         \
		status = ask_all;                                              \
		ask_order;                                                     \
		done = status == 0 && deliver(&all, by, wanted, found,         \
					      (perf *)results);                \
		if (status == 0 && !done)                                      \
			nothing_deterministic(&src_##fn);                      \
	}                                                                      \
	if (!done)                                                             \
		status = ask_native;                                           \
	call_end(&c, status || !found || !results || *found < 1                \
			     ? 0 : (uint64_t)results->algo, 0);                \
	return status

#define GET(fn, DESCRIPTORS, type, ...)                                        \
	EXPORT cudnnStatus_t fn(cudnnHandle_t handle, DESCRIPTORS,             \
				const int wanted, int *found, type *results)   \
	{                                                                      \
		CHOOSING(fn, order.n ? &order : NULL,                          \
			 real(handle, __VA_ARGS__, MOST, &all.n, all.item),    \
			 (void)0,                                              \
			 real(handle, __VA_ARGS__, wanted, found, results));   \
	}
#define HEURISTICS(of, ...)                                                    \
	do {                                                                   \
		__typeof__(of) *get = scope_find(#of, (void *)real);           \
                                                                               \
		if (get && get(handle, __VA_ARGS__, MOST, &order.n,            \
			       order.item))                                    \
			order.n = 0;                                           \
	} while (0)
#define FIND(fn, get, DESCRIPTORS, type, ...)                                  \
	EXPORT cudnnStatus_t fn(cudnnHandle_t handle, DESCRIPTORS,             \
				const int wanted, int *found, type *results)   \
	{                                                                      \
		CHOOSING(fn, &order,                                           \
			 real(handle, __VA_ARGS__, MOST, &all.n, all.item),    \
			 HEURISTICS(get, __VA_ARGS__),                         \
			 real(handle, __VA_ARGS__, wanted, found, results));   \
	}

GET(cudnnGetConvolutionForwardAlgorithm_v7, FORWARD,
    cudnnConvolutionFwdAlgoPerf_t, xDesc, wDesc, convDesc, yDesc)
GET(cudnnGetConvolutionBackwardDataAlgorithm_v7, BACKWARD_DATA,
    cudnnConvolutionBwdDataAlgoPerf_t, wDesc, dyDesc, convDesc, dxDesc)
GET(cudnnGetConvolutionBackwardFilterAlgorithm_v7, BACKWARD_FILTER,
    cudnnConvolutionBwdFilterAlgoPerf_t, xDesc, dyDesc, convDesc, dwDesc)
FIND(cudnnFindConvolutionForwardAlgorithm,
     cudnnGetConvolutionForwardAlgorithm_v7, FORWARD,
     cudnnConvolutionFwdAlgoPerf_t, xDesc, wDesc, convDesc, yDesc)
FIND(cudnnFindConvolutionBackwardDataAlgorithm,
     cudnnGetConvolutionBackwardDataAlgorithm_v7, BACKWARD_DATA,
     cudnnConvolutionBwdDataAlgoPerf_t, wDesc, dyDesc, convDesc, dxDesc)
FIND(cudnnFindConvolutionBackwardFilterAlgorithm,
     cudnnGetConvolutionBackwardFilterAlgorithm_v7, BACKWARD_FILTER,
     cudnnConvolutionBwdFilterAlgoPerf_t, xDesc, dyDesc, convDesc, dwDesc)

EXPORT cudnnStatus_t cudnnFindConvolutionForwardAlgorithmEx(
	cudnnHandle_t handle, const cudnnTensorDescriptor_t xDesc,
	const void *x, const cudnnFilterDescriptor_t wDesc, const void *w,
	const cudnnConvolutionDescriptor_t convDesc,
	const cudnnTensorDescriptor_t yDesc, void *y, const int wanted,
	int *found, cudnnConvolutionFwdAlgoPerf_t *results, void *workspace,
	size_t size)
{
	CHOOSING(cudnnFindConvolutionForwardAlgorithmEx, &order,
		 real(handle, xDesc, x, wDesc, w, convDesc, yDesc, y, MOST,
		      &all.n, all.item, workspace, size),
		 HEURISTICS(cudnnGetConvolutionForwardAlgorithm_v7, xDesc,
			    wDesc, convDesc, yDesc),
		 real(handle, xDesc, x, wDesc, w, convDesc, yDesc, y, wanted,
		      found, results, workspace, size));
}

EXPORT cudnnStatus_t cudnnFindConvolutionBackwardDataAlgorithmEx(
	cudnnHandle_t handle, const cudnnFilterDescriptor_t wDesc,
	const void *w, const cudnnTensorDescriptor_t dyDesc, const void *dy,
	const cudnnConvolutionDescriptor_t convDesc,
	const cudnnTensorDescriptor_t dxDesc, void *dx, const int wanted,
	int *found, cudnnConvolutionBwdDataAlgoPerf_t *results,
	void *workspace, size_t size)
{
	CHOOSING(cudnnFindConvolutionBackwardDataAlgorithmEx, &order,
		 real(handle, wDesc, w, dyDesc, dy, convDesc, dxDesc, dx, MOST,
		      &all.n, all.item, workspace, size),
		 HEURISTICS(cudnnGetConvolutionBackwardDataAlgorithm_v7, wDesc,
			    dyDesc, convDesc, dxDesc),
		 real(handle, wDesc, w, dyDesc, dy, convDesc, dxDesc, dx,
		      wanted, found, results, workspace, size));
}

EXPORT cudnnStatus_t cudnnFindConvolutionBackwardFilterAlgorithmEx(
	cudnnHandle_t handle, const cudnnTensorDescriptor_t xDesc,
	const void *x, const cudnnTensorDescriptor_t dyDesc, const void *dy,
	const cudnnConvolutionDescriptor_t convDesc,
	const cudnnFilterDescriptor_t dwDesc, void *dw, const int wanted,
	int *found, cudnnConvolutionBwdFilterAlgoPerf_t *results,
	void *workspace, size_t size)
{
	CHOOSING(cudnnFindConvolutionBackwardFilterAlgorithmEx, &order,
		 real(handle, xDesc, x, dyDesc, dy, convDesc, dwDesc, dw, MOST,
		      &all.n, all.item, workspace, size),
		 HEURISTICS(cudnnGetConvolutionBackwardFilterAlgorithm_v7,
			    xDesc, dyDesc, convDesc, dwDesc),
		 real(handle, xDesc, x, dyDesc, dy, convDesc, dwDesc, dw,
		      wanted, found, results, workspace, size));
}

/* Algorithms that a program names: 0 of the data and 0 and 3 of the filter add
 * in any order; 1 is the deterministic one. */
#define DETERMINISTIC_ALGO 1
static bool data_varies(int algo)
{
	return algo == 0;
}

static bool filter_varies(int algo)
{
	return algo == 0 || algo == 3;
}

/* The larger one serves both. */
#define WORKSPACE_SIZE(fn, varies, ...)                                        \
	struct call c;                                                         \
	bool force = CALL(&c, fn) == SB_FORCE;                                 \
	__typeof__(real_##fn) real = REAL_HERE(fn);                            \
	cudnnStatus_t status = NOT_INITIALIZED;                                \
	size_t other = 0;                                                      \
                                                                               \
	if (real)                                                              \
		status = real(handle, __VA_ARGS__, algo, size);                \
	if (force && status == 0 && size && varies(algo) &&                    \
	    real(handle, __VA_ARGS__, DETERMINISTIC_ALGO, &other) == 0 &&      \
	    other > *size)                                                     \
		*size = other;                                                 \
	call_end(&c, (uint64_t)algo, 0);                                       \
	return status

EXPORT cudnnStatus_t cudnnGetConvolutionBackwardDataWorkspaceSize(
	cudnnHandle_t handle, BACKWARD_DATA, cudnnConvolutionBwdDataAlgo_t algo,
	size_t *size)
{
	WORKSPACE_SIZE(cudnnGetConvolutionBackwardDataWorkspaceSize,
		       data_varies, wDesc, dyDesc, convDesc, dxDesc);
}

EXPORT cudnnStatus_t cudnnGetConvolutionBackwardFilterWorkspaceSize(
	cudnnHandle_t handle, BACKWARD_FILTER,
	cudnnConvolutionBwdFilterAlgo_t algo, size_t *size)
{
	WORKSPACE_SIZE(cudnnGetConvolutionBackwardFilterWorkspaceSize,
		       filter_varies, xDesc, dyDesc, convDesc, dwDesc);
}

/* The event of a convolution, by an algorithm in its handle's stream. */
static void convolved(struct call *c, const struct source *row,
		      cudnnHandle_t handle, int algo)
{
	unsigned stream = gpu_stream_of(handle);
	uint64_t hash = digest_word(digest_word(row->index, stream),
				    (uint64_t)algo) | 1;
	char said[48];
	struct text t = text_start(said, sizeof(said));

	text_add(&t, "stream=");
	text_number(&t, stream, 10, 1);
	text_add(&t, " algo=");
	text_number(&t, (uint64_t)algo, 10, 1);
	gpu_end(c, row, hash, said);
}

/* Its workspace suffices, and it is supported: else the named one is used. */
#define REPLACING(fn, varies, size_of, descriptors, call_with)                 \
	struct call c;                                                         \
	bool force = CALL(&c, fn) == SB_FORCE;                                 \
	__typeof__(real_##fn) real = REAL_HERE(fn);                            \
	__typeof__(size_of) *need;                                             \
	cudnnStatus_t status = NOT_INITIALIZED;                                \
	size_t wants = 0;                                                      \
	int used = algo;                                                       \
                                                                               \
	if (!real)                                                             \
		return status;                                                 \
	if (force && varies(algo)) {                                           \
		need = scope_find(#size_of, (void *)real);                     \
		if (need && need descriptors == 0 && wants <= size)            \
			used = DETERMINISTIC_ALGO;                             \
	}                                                                      \
	status = call_with(used);                                              \
	if (status && used != (int)algo) {                                     \
		used = algo;                                                   \
		status = call_with(used);                                      \
	}                                                                      \
	if (force && varies(used))                                             \
		nothing_deterministic(&src_##fn);                              \
	convolved(&c, &src_##fn, handle, used);                                \
	return status

EXPORT cudnnStatus_t cudnnConvolutionBackwardData(
	cudnnHandle_t handle, const void *alpha,
	const cudnnFilterDescriptor_t wDesc, const void *w,
	const cudnnTensorDescriptor_t dyDesc, const void *dy,
	const cudnnConvolutionDescriptor_t convDesc,
	cudnnConvolutionBwdDataAlgo_t algo, void *workspace, size_t size,
	const void *beta, const cudnnTensorDescriptor_t dxDesc, void *dx)
{
#define WITH(a)                                                                \
	real(handle, alpha, wDesc, w, dyDesc, dy, convDesc, a, workspace,      \
	     size, beta, dxDesc, dx)
	REPLACING(cudnnConvolutionBackwardData, data_varies,
		  cudnnGetConvolutionBackwardDataWorkspaceSize,
		  (handle, wDesc, dyDesc, convDesc, dxDesc,
		   DETERMINISTIC_ALGO, &wants), WITH);
#undef WITH
}

EXPORT cudnnStatus_t cudnnConvolutionBackwardFilter(
	cudnnHandle_t handle, const void *alpha,
	const cudnnTensorDescriptor_t xDesc, const void *x,
	const cudnnTensorDescriptor_t dyDesc, const void *dy,
	const cudnnConvolutionDescriptor_t convDesc,
	cudnnConvolutionBwdFilterAlgo_t algo, void *workspace, size_t size,
	const void *beta, const cudnnFilterDescriptor_t dwDesc, void *dw)
{
#define WITH(a)                                                                \
	real(handle, alpha, xDesc, x, dyDesc, dy, convDesc, a, workspace,      \
	     size, beta, dwDesc, dw)
	REPLACING(cudnnConvolutionBackwardFilter, filter_varies,
		  cudnnGetConvolutionBackwardFilterWorkspaceSize,
		  (handle, xDesc, dyDesc, convDesc, dwDesc,
		   DETERMINISTIC_ALGO, &wants), WITH);
#undef WITH
}

/* Pooling and dropout */

#define POOLING_MAX 0
#define POOLING_MAX_DETERMINISTIC 3

static int pooling(bool force, int mode)
{
	return force && mode == POOLING_MAX ? POOLING_MAX_DETERMINISTIC : mode;
}

EXPORT cudnnStatus_t cudnnSetPooling2dDescriptor(
	cudnnPoolingDescriptor_t descriptor, cudnnPoolingMode_t mode,
	cudnnNanPropagation_t nan, int height, int width, int padding_y,
	int padding_x, int stride_y, int stride_x)
{
	struct call c;
	bool force = CALL(&c, cudnnSetPooling2dDescriptor) == SB_FORCE;
	__typeof__(real_cudnnSetPooling2dDescriptor) real =
		REAL_HERE(cudnnSetPooling2dDescriptor);
	cudnnStatus_t status = NOT_INITIALIZED;

	if (real)
		status = real(descriptor, pooling(force, mode), nan, height,
			      width, padding_y, padding_x, stride_y, stride_x);
	call_end(&c, (uint64_t)mode, 0);
	return status;
}

EXPORT cudnnStatus_t cudnnSetPoolingNdDescriptor(
	cudnnPoolingDescriptor_t descriptor, const cudnnPoolingMode_t mode,
	const cudnnNanPropagation_t nan, int n, const int window[],
	const int padding[], const int stride[])
{
	struct call c;
	bool force = CALL(&c, cudnnSetPoolingNdDescriptor) == SB_FORCE;
	__typeof__(real_cudnnSetPoolingNdDescriptor) real =
		REAL_HERE(cudnnSetPoolingNdDescriptor);
	cudnnStatus_t status = NOT_INITIALIZED;

	if (real)
		status = real(descriptor, pooling(force, mode), nan, n, window,
			      padding, stride);
	call_end(&c, (uint64_t)mode, 0);
	return status;
}

#define DROPOUT(fn)                                                            \
	EXPORT cudnnStatus_t fn(cudnnDropoutDescriptor_t dropout,              \
				cudnnHandle_t handle, float share,             \
				void *states, size_t size,                     \
				unsigned long long seed)                       \
	{                                                                      \
		struct call c;                                                 \
		bool force = CALL(&c, fn) == SB_FORCE;                         \
		__typeof__(real_##fn) real = REAL_HERE(fn);                    \
		cudnnStatus_t status = NOT_INITIALIZED;                        \
                                                                               \
		if (real)                                                      \
			status = real(dropout, handle, share, states, size,    \
				      force ? gpu_seed(seed) : seed);          \
		call_end(&c, seed, 0);                                         \
		return status;                                                 \
	}
DROPOUT(cudnnSetDropoutDescriptor)
DROPOUT(cudnnRestoreDropoutDescriptor)

/* CTC loss: 0 is the deterministic algorithm */

EXPORT cudnnStatus_t cudnnGetCTCLossWorkspaceSize(
	cudnnHandle_t handle, const cudnnTensorDescriptor_t probs,
	const cudnnTensorDescriptor_t gradients, const int *labels,
	const int *label_lengths, const int *lengths, cudnnCTCLossAlgo_t algo,
	cudnnCTCLossDescriptor_t loss, size_t *size)
{
	struct call c;
	bool force = CALL(&c, cudnnGetCTCLossWorkspaceSize) == SB_FORCE;
	__typeof__(real_cudnnGetCTCLossWorkspaceSize) real =
		REAL_HERE(cudnnGetCTCLossWorkspaceSize);
	cudnnStatus_t status = NOT_INITIALIZED;

	if (real)
		status = real(handle, probs, gradients, labels, label_lengths,
			      lengths, force ? 0 : algo, loss, size);
	call_end(&c, (uint64_t)algo, 0);
	return status;
}

EXPORT cudnnStatus_t cudnnGetCTCLossWorkspaceSize_v8(
	cudnnHandle_t handle, cudnnCTCLossAlgo_t algo,
	cudnnCTCLossDescriptor_t loss, const cudnnTensorDescriptor_t probs,
	const cudnnTensorDescriptor_t gradients, size_t *size)
{
	struct call c;
	bool force = CALL(&c, cudnnGetCTCLossWorkspaceSize_v8) == SB_FORCE;
	__typeof__(real_cudnnGetCTCLossWorkspaceSize_v8) real =
		REAL_HERE(cudnnGetCTCLossWorkspaceSize_v8);
	cudnnStatus_t status = NOT_INITIALIZED;

	if (real)
		status = real(handle, force ? 0 : algo, loss, probs, gradients,
			      size);
	call_end(&c, (uint64_t)algo, 0);
	return status;
}

EXPORT cudnnStatus_t cudnnCTCLoss(
	cudnnHandle_t handle, const cudnnTensorDescriptor_t probsDesc,
	const void *probs, const int labels[], const int label_lengths[],
	const int lengths[], void *costs,
	const cudnnTensorDescriptor_t gradientsDesc, void *gradients,
	cudnnCTCLossAlgo_t algo, cudnnCTCLossDescriptor_t loss,
	void *workspace, size_t size)
{
	struct call c;
	bool force = CALL(&c, cudnnCTCLoss) == SB_FORCE;
	__typeof__(real_cudnnCTCLoss) real = REAL_HERE(cudnnCTCLoss);
	cudnnStatus_t status = NOT_INITIALIZED;
	int used = force ? 0 : algo;

#define WITH(a)                                                                \
	real(handle, probsDesc, probs, labels, label_lengths, lengths, costs,  \
	     gradientsDesc, gradients, a, loss, workspace, size)
	if (real)
		status = WITH(used);
	if (real && status && used != (int)algo) {
		status = WITH(algo); /* the workspace may be too small */
		nothing_deterministic(&src_cudnnCTCLoss);
	}
#undef WITH
	call_end(&c, (uint64_t)used, 0);
	return status;
}

EXPORT cudnnStatus_t cudnnCTCLoss_v8(
	cudnnHandle_t handle, cudnnCTCLossAlgo_t algo,
	cudnnCTCLossDescriptor_t loss, const cudnnTensorDescriptor_t probsDesc,
	const void *probs, const int labels[], const int label_lengths[],
	const int lengths[], void *costs,
	const cudnnTensorDescriptor_t gradientsDesc, void *gradients,
	size_t size, void *workspace)
{
	struct call c;
	bool force = CALL(&c, cudnnCTCLoss_v8) == SB_FORCE;
	__typeof__(real_cudnnCTCLoss_v8) real = REAL_HERE(cudnnCTCLoss_v8);
	cudnnStatus_t status = NOT_INITIALIZED;
	int used = force ? 0 : algo;

#define WITH(a)                                                                \
	real(handle, a, loss, probsDesc, probs, labels, label_lengths,         \
	     lengths, costs, gradientsDesc, gradients, size, workspace)
	if (real)
		status = WITH(used);
	if (real && status && used != (int)algo) {
		status = WITH(algo);
		nothing_deterministic(&src_cudnnCTCLoss_v8);
	}
#undef WITH
	call_end(&c, (uint64_t)used, 0);
	return status;
}

/* The backend interface */

enum { /* cudnn_graph.h */
	ATTR_HEURISTICS_RESULTS = 202,
	ATTR_CONFIG_ENGINE = 300,
	ATTR_ENGINE_NOTE = 1303,
	TYPE_NOTE = 11,
	TYPE_DESCRIPTOR = 15,
	ENGINE = 2,
	ENGINE_CONFIG = 3,
	NOTE_NONDETERMINISTIC = 4,
};
#define ENGINES 128
#define NOTES 64

struct backend {
	__typeof__(cudnnBackendGetAttribute) *get;
	__typeof__(cudnnBackendCreateDescriptor) *create;
	__typeof__(cudnnBackendDestroyDescriptor) *destroy;
};

/* false where cuDNN does not say. */
static bool varies(const struct backend *b, cudnnBackendDescriptor_t config)
{
	cudnnBackendDescriptor_t engine = NULL;
	int32_t note[NOTES] = { 0 };
	int64_t n = 0;
	bool found = false;

	if (b->create(ENGINE, &engine))
		return false;
	if (b->get(config, ATTR_CONFIG_ENGINE, TYPE_DESCRIPTOR, 1, &n,
		   &engine) ||
	    b->get(engine, ATTR_ENGINE_NOTE, TYPE_NOTE, NOTES, &n, note))
		n = 0;
	for (int64_t i = 0; i < n && i < NOTES; i++)
		found |= note[i] == NOTE_NONDETERMINISTIC;
	b->destroy(engine);
	return found;
}

struct engines {
	cudnnBackendDescriptor_t ours[ENGINES];
	bool varies[ENGINES];
	int64_t made, n, good;
};

/* All that the heuristics propose, into descriptors of ours. */
static bool propose(struct engines *e, const struct backend *b,
		    cudnnBackendDescriptor_t heuristics)
{
	int64_t total = 0;

	if (b->get(heuristics, ATTR_HEURISTICS_RESULTS, TYPE_DESCRIPTOR, 0,
		   &total, NULL) || total < 1)
		return false;
	if (total > ENGINES)
		total = ENGINES;
	while (e->made < total && !b->create(ENGINE_CONFIG, &e->ours[e->made]))
		e->made++;
	if (e->made < total ||
	    b->get(heuristics, ATTR_HEURISTICS_RESULTS, TYPE_DESCRIPTOR, total,
		   &e->n, e->ours))
		return false;
	if (e->n > total)
		e->n = total;
	for (int64_t i = 0; i < e->n; i++) {
		e->varies[i] = varies(b, e->ours[i]);
		e->good += !e->varies[i];
	}
	return true;
}

/*
 * cuDNN fills the descriptors that it is given, by their place. So it is asked
 * again, with the program's descriptors at the places of what it may have, and
 * ours at all others.
 */
static bool hand_out(struct engines *e, const struct backend *b,
		     cudnnBackendDescriptor_t heuristics, int64_t wanted,
		     int64_t *found, cudnnBackendDescriptor_t *theirs)
{
	cudnnBackendDescriptor_t given[ENGINES];
	int64_t used = 0, last = 0, n = 0;

	for (int64_t i = 0; i < e->n && used < wanted; i++) {
		given[i] = e->varies[i] ? e->ours[i] : theirs[used++];
		last = i + 1;
	}
	if (b->get(heuristics, ATTR_HEURISTICS_RESULTS, TYPE_DESCRIPTOR, last,
		   &n, given))
		return false;
	*found = used;
	return true;
}

static bool choose(const struct backend *b, cudnnBackendDescriptor_t heuristics,
		   int64_t wanted, int64_t *found,
		   cudnnBackendDescriptor_t *theirs)
{
	struct engines e = { .n = 0 };
	bool done = propose(&e, b, heuristics);

	if (done && !e.good) {
		nothing_deterministic(&src_cudnnBackendGetAttribute);
		done = false;
	}
	done = done && e.good < e.n &&
	       hand_out(&e, b, heuristics, wanted, found, theirs);
	for (int64_t i = 0; i < e.made; i++)
		b->destroy(e.ours[i]);
	return done;
}

EXPORT cudnnStatus_t cudnnBackendGetAttribute(
	cudnnBackendDescriptor_t const descriptor,
	cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
	int64_t wanted, int64_t *found, void *elements)
{
	struct call c;
	bool force = CALL(&c, cudnnBackendGetAttribute) == SB_FORCE;
	struct backend b = { .get = REAL_HERE(cudnnBackendGetAttribute) };
	cudnnStatus_t status = 0;

	if (!b.get)
		return NOT_INITIALIZED;
	if (force && name == ATTR_HEURISTICS_RESULTS &&
	    type == TYPE_DESCRIPTOR && wanted > 0 && found && elements) {
		b.create = scope_find("cudnnBackendCreateDescriptor",
				      (void *)b.get);
		b.destroy = scope_find("cudnnBackendDestroyDescriptor",
				       (void *)b.get);
	}
	if (!b.create || !b.destroy ||
	    !choose(&b, descriptor, wanted, found, elements))
		status = b.get(descriptor, name, type, wanted, found, elements);
	call_end(&c, (uint64_t)name, 0);
	return status;
}
