/* SPDX-License-Identifier: MIT */
/* What the hooks of NVIDIA's libraries share. */
#ifndef SAMEBITS_GPU_H
#define SAMEBITS_GPU_H

#include <stdint.h>

#include "call.h"
#include "scope.h"

/* A function of the process's CUDA runtime, as code at `ra` would reach it, or
 * of one that was opened out of its sight; NULL: there is none. Slow. */
void *gpu_cudart(const char *name, const void *ra);
/* The library of `fn` was used: a runtime of `kind` (runtime.h). */
void gpu_seen(const char *kind, const void *fn, uint64_t version);
/* A stream's number by order of appearance in this process; 0: the default
 * one, or beyond the first 256. Lock-free. */
unsigned gpu_stream(const void *stream);
/* That of the stream that was last set in a cuBLAS handle (wrap/cuda/cublas.c);
 * 0 also where the handle was made before us. Lock-free. */
unsigned gpu_stream_of(const void *handle);
/* Ends a call whose value stands for a text: said once in the log. */
void gpu_end(struct call *c, const struct source *row, uint64_t hash,
	     const char *text);
/* Has the text of this value been said, or does nobody want it? */
bool gpu_said(const struct call *c, uint64_t hash);
/* The seed that this run takes for the program's own. */
uint64_t gpu_seed(uint64_t seed);

#endif
