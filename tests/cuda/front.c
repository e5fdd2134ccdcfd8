/* SPDX-License-Identifier: MIT */
/* Stands in front of libcudnn.so.9 as that stands in front of its parts: it has
 * the names, and looks them up behind itself when it is first used. */
#include <dlfcn.h>
#include <stdlib.h>

#include "fake.h"

static __typeof__(cudnnSetPooling2dDescriptor) *pooling;

API void front_open(void);
API void front_open(void)
{
	void *h = dlopen("libcudnn.so.9", RTLD_NOW | RTLD_LOCAL);
	void *p = h ? dlsym(h, "cudnnSetPooling2dDescriptor") : NULL;

	if (!p)
		abort();
	pooling = (__typeof__(pooling))p;
}

API cudnnStatus_t cudnnSetPooling2dDescriptor(
	cudnnPoolingDescriptor_t descriptor, cudnnPoolingMode_t mode,
	cudnnNanPropagation_t nan, int height, int width, int padding_y,
	int padding_x, int stride_y, int stride_x)
{
	say("front\n");
	return pooling(descriptor, mode, nan, height, width, padding_y,
		       padding_x, stride_y, stride_x);
}
