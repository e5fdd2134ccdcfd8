/* SPDX-License-Identifier: MIT */
/*
 * Numeric runtimes of this process (OpenMP, BLAS, CUDA, …): which library serves,
 * what it says of itself, and how many threads it uses. One record each in the
 * log; a report shows them.
 */
#ifndef SAMEBITS_RUNTIME_H
#define SAMEBITS_RUNTIME_H

#include <stdint.h>

/*
 * The runtime of `kind` ("openmp", "blas", …) in the object that holds
 * `address` was used. The first call for this object writes its record, with
 * `text` (its own name and version; NULL: nothing known). threads: how many it
 * uses now, 0: it does not say. Later calls keep the least and the most. Takes
 * the lock where there is something new; not from a signal handler.
 */
void runtime_seen(const char *kind, const void *address, const char *text,
		  uint32_t threads);
/* Its number (1 to RUNTIMES) where it was seen; 0: not yet. Without a lock. */
unsigned runtime_number(const char *kind, const void *address);
/* What lay in [start, end) is gone. */
void runtimes_unloaded(uintptr_t start, uintptr_t end);
void runtimes_forget(void); /* in a forked child: records are written again */

#define RUNTIMES 64

#endif
