/* SPDX-License-Identifier: MIT */
/*
 * Kernels in an object's file that add floating-point numbers atomically: in
 * any order, which nothing on the host can fix. NVIDIA's cuobjdump (with nvdisasm)
 * takes them out; it is looked for in PATH, then in $CUDA_HOME/bin and
 * /usr/local/cuda/bin.
 */
#ifndef SAMEBITS_KERNELS_H
#define SAMEBITS_KERNELS_H

#include "inspect.h"

/* 0: one finding at most, with the kernels' names; -ENOENT: no cuobjdump;
 * -ETIME: it was not done after so many seconds; another -errno. */
int kernels_inspect(struct inspection *result, const char *path,
		    double seconds);

#endif
