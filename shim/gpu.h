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
/* A handle of cuBLAS's or cuDNN's was given a stream, or is about to end. The
 * first of a handle takes the lock. */
void gpu_handle_stream(const void *handle, const void *stream);
void gpu_handle_ends(const void *handle);
/* The number of the stream that was last set in it; 0 also where that was
 * before us, or beyond the first 512 handles. Lock-free. */
unsigned gpu_stream_of(const void *handle);
/* Ends a call whose value stands for a text: said once in the log. */
void gpu_end(struct call *c, const struct source *row, uint64_t hash,
	     const char *text);
/* Has the text of this value been said, or does nobody want it? */
bool gpu_said(const struct call *c, uint64_t hash);
/* The seed that this run takes for the program's own. */
uint64_t gpu_seed(uint64_t seed);

#endif
