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

#include "source.h"

/*
 * The row's routine there; NULL: it is not installed, or lacks it. wide:
 * integers of 8 bytes. xerbla: what is told of wrong arguments, the program's
 * own if it has one. Opens the library the first time: not under a lock.
 */
void *lapack_find(const struct source *row, bool wide, void *xerbla);

#endif
