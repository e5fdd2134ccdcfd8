/* SPDX-License-Identifier: MIT */
/* Room for packed operands and partial sums: mapped, kept for the next call. */
#ifndef SAMEBITS_BLAS_MEMORY_H
#define SAMEBITS_BLAS_MEMORY_H

#include <stddef.h>

/* At least `size` bytes, aligned to a page, not cleared; NULL: there are none.
 * Safe in any thread and in signal handlers. */
void *room_take(size_t size);
void room_give(void *room);

#endif
