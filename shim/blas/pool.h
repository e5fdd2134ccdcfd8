/* SPDX-License-Identifier: MIT */
/*
 * Threads that help with one call at a time. Who finds them busy does the work
 * alone: results do not depend on it. A forked child starts its own.
 */
#ifndef SAMEBITS_BLAS_POOL_H
#define SAMEBITS_BLAS_POOL_H

#include <stdint.h>

#include "same.h"

void pool_start(const struct same_host *host);
unsigned pool_threads(void);
/* Calls work(arg, i) for all i below `tasks`, in any order, in the caller's
 * rounding mode; exceptions that are raised show in the caller's flags. */
void pool_run(int64_t tasks, void (*work)(void *arg, int64_t task), void *arg);

#endif
