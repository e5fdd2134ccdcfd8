/* SPDX-License-Identifier: MIT */
/*
 * Algorithms 0 to 3, of which 0 (and 3) vary; measured, 3 is fastest and the
 * times differ with every measurement. A convolution descriptor of 2 has
 * nothing deterministic. Workspaces: 100 times the algorithm.
 */
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <stdlib.h>

#include "fake.h"
#include "../../shim/cuda/cudnn.def"

API size_t cudnnGetVersion(void)
{
	return 91900;
}

API cudnnStatus_t cudnnCreate(cudnnHandle_t *handle)
{
	if (!handle)
		return 2000;
	*handle = (cudnnHandle_t)1;
	say("cudnnCreate\n");
	return 0;
}

API cudnnStatus_t cudnnDestroy(cudnnHandle_t handle)
{
	say("cudnnDestroy %ld\n", NUMBER(handle));
	return handle ? 0 : 2000;
}

/* A stream of 99 is refused. */
API cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream)
{
	say("cudnnSetStream %ld %ld\n", NUMBER(handle), NUMBER(stream));
	return NUMBER(stream) == 99 ? 2000 : 0;
}

static cudnnStatus_t list(const char *name, const int *order, long convolution,
			  int wanted, int *found,
			  cudnnConvolutionFwdAlgoPerf_t *results)
{
	static float time;
	int n = wanted < 4 ? wanted : 4;

	if (!found || !results)
		return 2000;
	say("%s\n", name);
	memset(results, 0, sizeof(*results) * (size_t)n);
	for (int i = 0; i < n; i++) {
		results[i].algo = order[i];
		results[i].time = time++;
		results[i].determinism = convolution != 2 && order[i] != 0 &&
					 order[i] != 3;
	}
	*found = n;
	return 0;
}

static const int proposed[] = { 0, 2, 1, 3 };
static const int measured[] = { 3, 0, 1, 2 };
#define CHOICE(fn, order, DESCRIPTORS, type)                                   \
	API cudnnStatus_t fn(cudnnHandle_t handle, DESCRIPTORS,                \
			     const int wanted, int *found, type *results)      \
	{                                                                      \
		(void)handle;                                                  \
		return list(#fn, order, NUMBER(convDesc), wanted, found,       \
			    results);                                          \
	}
CHOICE(cudnnGetConvolutionForwardAlgorithm_v7, proposed, FORWARD,
       cudnnConvolutionFwdAlgoPerf_t)
CHOICE(cudnnGetConvolutionBackwardDataAlgorithm_v7, proposed, BACKWARD_DATA,
       cudnnConvolutionBwdDataAlgoPerf_t)
CHOICE(cudnnGetConvolutionBackwardFilterAlgorithm_v7, proposed,
       BACKWARD_FILTER, cudnnConvolutionBwdFilterAlgoPerf_t)
CHOICE(cudnnFindConvolutionForwardAlgorithm, measured, FORWARD,
       cudnnConvolutionFwdAlgoPerf_t)
CHOICE(cudnnFindConvolutionBackwardDataAlgorithm, measured, BACKWARD_DATA,
       cudnnConvolutionBwdDataAlgoPerf_t)
CHOICE(cudnnFindConvolutionBackwardFilterAlgorithm, measured, BACKWARD_FILTER,
       cudnnConvolutionBwdFilterAlgoPerf_t)

API cudnnStatus_t cudnnFindConvolutionForwardAlgorithmEx(
	cudnnHandle_t handle, const cudnnTensorDescriptor_t xDesc,
	const void *x, const cudnnFilterDescriptor_t wDesc, const void *w,
	const cudnnConvolutionDescriptor_t convDesc,
	const cudnnTensorDescriptor_t yDesc, void *y, const int wanted,
	int *found, cudnnConvolutionFwdAlgoPerf_t *results, void *workspace,
	size_t size)
{
	say("%ld %ld %ld %ld %ld %ld %ld %ld %zu\n", NUMBER(handle),
	    NUMBER(xDesc), NUMBER(x), NUMBER(wDesc), NUMBER(w), NUMBER(yDesc),
	    NUMBER(y), NUMBER(workspace), size);
	return list("cudnnFindConvolutionForwardAlgorithmEx", measured,
		    NUMBER(convDesc), wanted, found, results);
}

API cudnnStatus_t cudnnFindConvolutionBackwardDataAlgorithmEx(
	cudnnHandle_t handle, const cudnnFilterDescriptor_t wDesc,
	const void *w, const cudnnTensorDescriptor_t dyDesc, const void *dy,
	const cudnnConvolutionDescriptor_t convDesc,
	const cudnnTensorDescriptor_t dxDesc, void *dx, const int wanted,
	int *found, cudnnConvolutionBwdDataAlgoPerf_t *results,
	void *workspace, size_t size)
{
	say("%ld %ld %ld %ld %ld %ld %ld %ld %zu\n", NUMBER(handle),
	    NUMBER(wDesc), NUMBER(w), NUMBER(dyDesc), NUMBER(dy),
	    NUMBER(dxDesc), NUMBER(dx), NUMBER(workspace), size);
	return list("cudnnFindConvolutionBackwardDataAlgorithmEx", measured,
		    NUMBER(convDesc), wanted, found, results);
}

API cudnnStatus_t cudnnFindConvolutionBackwardFilterAlgorithmEx(
	cudnnHandle_t handle, const cudnnTensorDescriptor_t xDesc,
	const void *x, const cudnnTensorDescriptor_t dyDesc, const void *dy,
	const cudnnConvolutionDescriptor_t convDesc,
	const cudnnFilterDescriptor_t dwDesc, void *dw, const int wanted,
	int *found, cudnnConvolutionBwdFilterAlgoPerf_t *results,
	void *workspace, size_t size)
{
	say("%ld %ld %ld %ld %ld %ld %ld %ld %zu\n", NUMBER(handle),
	    NUMBER(xDesc), NUMBER(x), NUMBER(dyDesc), NUMBER(dy),
	    NUMBER(dwDesc), NUMBER(dw), NUMBER(workspace), size);
	return list("cudnnFindConvolutionBackwardFilterAlgorithmEx", measured,
		    NUMBER(convDesc), wanted, found, results);
}

#define WORKSPACE(fn, DESCRIPTORS, type)                                       \
	API cudnnStatus_t fn(cudnnHandle_t handle, DESCRIPTORS, type algo,     \
			     size_t *size)                                     \
	{                                                                      \
		if (!handle || !size)                                          \
			return 2000;                                           \
		*size = 100 * (size_t)algo;                                    \
		return 0;                                                      \
	}
WORKSPACE(cudnnGetConvolutionBackwardDataWorkspaceSize, BACKWARD_DATA,
	  cudnnConvolutionBwdDataAlgo_t)
WORKSPACE(cudnnGetConvolutionBackwardFilterWorkspaceSize, BACKWARD_FILTER,
	  cudnnConvolutionBwdFilterAlgo_t)

API cudnnStatus_t cudnnConvolutionBackwardData(
	cudnnHandle_t handle, const void *alpha,
	const cudnnFilterDescriptor_t wDesc, const void *w,
	const cudnnTensorDescriptor_t dyDesc, const void *dy,
	const cudnnConvolutionDescriptor_t convDesc,
	cudnnConvolutionBwdDataAlgo_t algo, void *workspace, size_t size,
	const void *beta, const cudnnTensorDescriptor_t dxDesc, void *dx)
{
	say("cudnnConvolutionBackwardData algo=%d %ld %ld %ld %ld %ld %ld %ld "
	    "%ld %zu %ld %ld %ld\n", algo, NUMBER(handle), NUMBER(alpha),
	    NUMBER(wDesc), NUMBER(w), NUMBER(dyDesc), NUMBER(dy),
	    NUMBER(convDesc), NUMBER(workspace), size, NUMBER(beta),
	    NUMBER(dxDesc), NUMBER(dx));
	return 0;
}

API cudnnStatus_t cudnnConvolutionBackwardFilter(
	cudnnHandle_t handle, const void *alpha,
	const cudnnTensorDescriptor_t xDesc, const void *x,
	const cudnnTensorDescriptor_t dyDesc, const void *dy,
	const cudnnConvolutionDescriptor_t convDesc,
	cudnnConvolutionBwdFilterAlgo_t algo, void *workspace, size_t size,
	const void *beta, const cudnnFilterDescriptor_t dwDesc, void *dw)
{
	say("cudnnConvolutionBackwardFilter algo=%d %ld %ld %ld %ld %ld %ld "
	    "%ld %ld %zu %ld %ld %ld\n", algo, NUMBER(handle), NUMBER(alpha),
	    NUMBER(xDesc), NUMBER(x), NUMBER(dyDesc), NUMBER(dy),
	    NUMBER(convDesc), NUMBER(workspace), size, NUMBER(beta),
	    NUMBER(dwDesc), NUMBER(dw));
	return 0;
}

API cudnnStatus_t cudnnSetPooling2dDescriptor(
	cudnnPoolingDescriptor_t pooling, cudnnPoolingMode_t mode,
	cudnnNanPropagation_t nan, int height, int width, int padding_y,
	int padding_x, int stride_y, int stride_x)
{
	say("cudnnSetPooling2dDescriptor mode=%d %ld %d %d %d %d %d %d %d\n",
	    mode, NUMBER(pooling), nan, height, width, padding_y, padding_x,
	    stride_y, stride_x);
	return 0;
}

API cudnnStatus_t cudnnSetPoolingNdDescriptor(
	cudnnPoolingDescriptor_t pooling, const cudnnPoolingMode_t mode,
	const cudnnNanPropagation_t nan, int n, const int window[],
	const int padding[], const int stride[])
{
	say("cudnnSetPoolingNdDescriptor mode=%d %ld %d %d %ld %ld %ld\n",
	    mode, NUMBER(pooling), nan, n, NUMBER(window), NUMBER(padding),
	    NUMBER(stride));
	return 0;
}

#define DROPOUT(fn)                                                            \
	API cudnnStatus_t fn(cudnnDropoutDescriptor_t dropout,                 \
			     cudnnHandle_t handle, float share, void *states,  \
			     size_t size, unsigned long long seed)             \
	{                                                                      \
		say(#fn " seed=%llu %ld %ld %g %ld %zu\n", seed,               \
		    NUMBER(dropout), NUMBER(handle), (double)share,            \
		    NUMBER(states), size);                                     \
		return 0;                                                      \
	}
DROPOUT(cudnnSetDropoutDescriptor)
DROPOUT(cudnnRestoreDropoutDescriptor)

API cudnnStatus_t cudnnGetCTCLossWorkspaceSize(
	cudnnHandle_t handle, const cudnnTensorDescriptor_t probs,
	const cudnnTensorDescriptor_t gradients, const int *labels,
	const int *label_lengths, const int *lengths, cudnnCTCLossAlgo_t algo,
	cudnnCTCLossDescriptor_t loss, size_t *size)
{
	(void)handle, (void)probs, (void)gradients, (void)labels;
	(void)label_lengths, (void)lengths, (void)loss;
	*size = algo ? 10 : 500;
	return 0;
}

API cudnnStatus_t cudnnGetCTCLossWorkspaceSize_v8(
	cudnnHandle_t handle, cudnnCTCLossAlgo_t algo,
	cudnnCTCLossDescriptor_t loss, const cudnnTensorDescriptor_t probs,
	const cudnnTensorDescriptor_t gradients, size_t *size)
{
	(void)handle, (void)probs, (void)gradients, (void)loss;
	*size = algo ? 10 : 500;
	return 0;
}

API cudnnStatus_t cudnnCTCLoss(
	cudnnHandle_t handle, const cudnnTensorDescriptor_t probsDesc,
	const void *probs, const int labels[], const int label_lengths[],
	const int lengths[], void *costs,
	const cudnnTensorDescriptor_t gradientsDesc, void *gradients,
	cudnnCTCLossAlgo_t algo, cudnnCTCLossDescriptor_t loss,
	void *workspace, size_t size)
{
	say("cudnnCTCLoss algo=%d %ld %ld %ld %ld %ld %ld %ld %ld %ld %ld %ld "
	    "%zu\n", algo, NUMBER(handle), NUMBER(probsDesc), NUMBER(probs),
	    NUMBER(labels), NUMBER(label_lengths), NUMBER(lengths),
	    NUMBER(costs), NUMBER(gradientsDesc), NUMBER(gradients),
	    NUMBER(loss), NUMBER(workspace), size);
	return algo == 0 && size < 500 ? 2000 : 0;
}

API cudnnStatus_t cudnnCTCLoss_v8(
	cudnnHandle_t handle, cudnnCTCLossAlgo_t algo,
	cudnnCTCLossDescriptor_t loss, const cudnnTensorDescriptor_t probsDesc,
	const void *probs, const int labels[], const int label_lengths[],
	const int lengths[], void *costs,
	const cudnnTensorDescriptor_t gradientsDesc, void *gradients,
	size_t size, void *workspace)
{
	say("cudnnCTCLoss_v8 algo=%d %ld %ld %ld %ld %ld %ld %ld %ld %ld %ld "
	    "%zu %ld\n", algo, NUMBER(handle), NUMBER(loss),
	    NUMBER(probsDesc), NUMBER(probs), NUMBER(labels),
	    NUMBER(label_lengths), NUMBER(lengths), NUMBER(costs),
	    NUMBER(gradientsDesc), NUMBER(gradients), size,
	    NUMBER(workspace));
	return algo == 0 && size < 500 ? 2000 : 0;
}

/* Engines 0 to 4, of which the even ones vary; of the heuristics with content
 * 1 all do. */
struct descriptor {
	int type, content, all_vary;
};

API cudnnStatus_t
cudnnBackendCreateDescriptor(cudnnBackendDescriptorType_t type,
			     cudnnBackendDescriptor_t *made)
{
	struct descriptor *d = calloc(1, sizeof(*d));

	d->type = type;
	d->content = -1;
	*made = d;
	return 0;
}

API cudnnStatus_t
cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t descriptor)
{
	free(descriptor);
	return 0;
}

API cudnnStatus_t cudnnBackendGetAttribute(
	cudnnBackendDescriptor_t const descriptor,
	cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
	int64_t wanted, int64_t *found, void *elements)
{
	struct descriptor *d = descriptor, **list_of = elements;

	(void)type;
	if (!d || !found)
		return 2000;
	if (name == 202) {
		*found = wanted && wanted < 5 ? wanted : 5;
		for (int i = 0; i < *found && wanted; i++) {
			list_of[i]->content = i;
			list_of[i]->all_vary = d->content == 1;
		}
	} else if (name == 300) {
		*list_of[0] = (struct descriptor){ 2, d->content, d->all_vary };
		*found = 1;
	} else if (name == 1303) {
		((int *)elements)[0] = 0;
		((int *)elements)[1] = 4;
		*found = d->all_vary || d->content % 2 == 0 ? 2 : 1;
	}
	return 0;
}

/* The test's own: which heuristics they are, which engine this is. */
API void fake_set(cudnnBackendDescriptor_t descriptor, int content);
API void fake_set(cudnnBackendDescriptor_t descriptor, int content)
{
	((struct descriptor *)descriptor)->content = content;
}

API int fake_get(cudnnBackendDescriptor_t descriptor);
API int fake_get(cudnnBackendDescriptor_t descriptor)
{
	return ((struct descriptor *)descriptor)->content;
}
