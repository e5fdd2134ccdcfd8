/* SPDX-License-Identifier: MIT */
/*
 * Hooks that stand for one definition each: what dlsym() answers where several
 * libraries in one process define a name that we hook, as two builds of OpenBLAS
 * do. A stub notes its number and jumps on; real_from() asks here first.
 */
#ifndef SAMEBITS_BOUND_H
#define SAMEBITS_BOUND_H

#include <stdint.h>

#include "source.h"

/* A stub that leads to the row's hook and from there to `real`; the same one
 * for the same function. NULL: there are none left. */
void *bound_to(struct source *row, void *real);
/* Is it one of our stubs? */
bool bound_is(const void *stub);

/* What the stubs write: which came last in this thread, and who called it. */
struct bound_now {
	uint32_t number; /* of the stub, from 1 */
	uint32_t unused;
	uintptr_t ra;
};
extern __thread struct bound_now bound_now
	__attribute__((tls_model("initial-exec")));

/* What this call of the row's hook is bound to; NULL: nothing. */
void *bound_real(const struct source *row, uintptr_t ra);

#endif
