/* SPDX-License-Identifier: MIT */
/*
 * --blas=same: LAPACK. That of OpenBLAS and others calls its own BLAS within
 * itself, where nobody sees it. The reference LAPACK, as Debian has it, is
 * compiled alike for all processors and has no threads; it is opened for us
 * alone, and its calls of BLAS lead to ours.
 */
#ifndef SAMEBITS_LAPACK_H
#define SAMEBITS_LAPACK_H

#include <stdbool.h>
#include <stdint.h>

#include "source.h"

struct lapack_caller {
	uint32_t number;     /* of the name that was called (route.h) */
	const void *ra, *fn; /* where from, and where to */
};

/*
 * The routine there, kept in *found for the next time; NULL: it is not
 * installed, or lacks it. wide: integers of 8 bytes. Opens the library the first
 * time, not under a lock, and its xerbla is then the caller's for good, as the
 * loader would have it.
 */
void *lapack_find(const char *routine, bool wide,
		  const struct lapack_caller *caller, void **found);
/* Was it found? */
bool lapack_there(bool wide);
/* Is it the object at this address? */
bool lapack_is(uintptr_t base);
/* An object is gone: whose xerbla lay there, has LAPACK's own. */
void lapack_unloaded(uintptr_t start, uintptr_t end);

#endif
