/* SPDX-License-Identifier: MIT */
/*
 * What dlsym() gives out for the functions of numeric libraries and OpenMP's
 * runtimes. Our hook of such a name asks what its caller would reach; a lookup
 * may have found another, in a second library. So each definition has a thunk
 * of its own (wrap/bound.S), which calls the hook with all arguments, and says
 * whom the call is for: to call_from(), and so to real_from(), it comes from
 * the definition's own library.
 *
 * A call takes no lock and asks nobody.
 */
#ifndef SAMEBITS_BOUND_H
#define SAMEBITS_BOUND_H

#include <stdbool.h>
#include <stdint.h>

#include "source.h"

#define BOUND_HOOKS 1024 /* as in wrap/bound.S */

/* Where hooks return to that were called by a thunk; the definition lies at
 * -8 in its frame. */
extern const char bound_return[] __attribute__((visibility("hidden")));

static inline bool bound_call(const void *ret)
{
	return ret == (const void *)bound_return;
}

/* Is it one of the thunks? */
bool bound_is(const void *address);
/*
 * A lookup found `found` by `name`: the address to give out. NULL: no name of a
 * `bound` row, or the hook would not reach just this definition.
 */
void *bound_found(const char *name, void *found);
/* Where a hook was called from: the place before the thunk. */
struct bound_caller {
	void *ret, *frame;
};
struct bound_caller bound_caller(struct source *row, void *frame);
/* What lay in [start, end) is gone. */
void bound_unloaded(uintptr_t start, uintptr_t end);

#endif
