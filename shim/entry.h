/* SPDX-License-Identifier: MIT */
/*
 * Calls of numeric libraries, at their entry points (wrap/entries.S). Names
 * that libraries may have are exported here, all of them; a call goes to
 * whatever it would have reached without us, in the scope of who calls, unless
 * it is served (serve.h), and makes one event: its value is a digest of the call's shape (sizes, options,
 * leading dimensions), whose text stands in the log once (shape.h); its length
 * is the number of floating-point operations.
 *
 * Nothing is locked and nobody is asked once a place has called a name before.
 */
#ifndef SAMEBITS_ENTRY_H
#define SAMEBITS_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "call.h"
#include "operand.h"

#define BOUND_THUNKS 8192 /* as in wrap/entries.S */

/* What entries.S saves, and keeps until the call returns where it is gone
 * through. */
struct entry_frame {
	uint64_t reg[6];
	union {
		float s[4];
		double d[2];
	} xmm[8];
	struct {
		uint64_t rax, rdx;
		double xmm[4];
	} result;
	/* Of the call, between entry_enter() and entry_leave(). */
	struct call call;
	const struct plan *plan;
	uint64_t hash; /* of its shape */
	uint64_t work;
	uint64_t digest; /* of what it reads */
	uint32_t number;
};
_Static_assert(sizeof(struct entry_frame) <= 288, "FRAME in entries.S");

/* Is it one of our thunks? */
bool entry_is(const void *address);
/*
 * dlsym() found `found` by `name`, which may be a name of ours: the address to
 * give out, which leads there by us. Another one for each definition, so that
 * two libraries of the same name stay two. NULL: no name of ours.
 */
void *entry_found(const char *name, void *found);
/* The number of a name of ours; ENTRY_NONE: it is another's. */
uint32_t entry_number(const char *name);
#define ENTRY_NONE UINT32_MAX
/*
 * --blas=same: may this be the name of a routine of LAPACK that lapack.def does
 * not have? Then the number of such names, and without what comes before and
 * after it; else ENTRY_NONE.
 */
#define OTHER_NAME 20
uint32_t entry_other(const char *symbol, char name[OTHER_NAME]);
/*
 * As entry_bind(), for such a name. `now` is NULL where the slot is not bound so
 * far. NULL: it stays as it is, as what it leads to belongs to no LAPACK, or to
 * the same one.
 */
void *entry_bind_other(uint32_t number, const char *name, void *now,
		       const void *inside);
/* Is `name` one of ours that nothing stands behind, for a caller at `ra`? */
bool entry_alone(const char *name, const void *ra);
/*
 * What a slot of an object for the name of this number shall hold: the thunk
 * for what that object (which has an address `inside`) would reach without us;
 * NULL: nothing. `now` is what it holds, and is returned where that is right.
 */
void *entry_bind(uint32_t number, void *now, const void *inside);
/* The thunk that leads to `found` by this name; NULL: there is none. */
void *entry_for(uint32_t number, void *found);
/* What lay in [start, end) is gone. */
void entries_unloaded(uintptr_t start, uintptr_t end);

#endif
