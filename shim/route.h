/* SPDX-License-Identifier: MIT */
/*
 * Where the names of numeric libraries lead: what each stands for, which
 * library serves who calls it, and the thunks that stand for one definition
 * each.
 */
#ifndef SAMEBITS_ROUTE_H
#define SAMEBITS_ROUTE_H

#include "signature.h"

/* What serves. */
struct library {
	uintptr_t start; /* of the object; 0: unloaded */
	int (*threads)(void); /* how many it uses; NULL: it does not say */
	uint64_t digest;      /* of its name */
	char name[56];	      /* of its file; "": not told */
	bool wide; /* its integers have 8 bytes whatever the name says */
	bool odd;  /* may return complex numbers through an argument */
};

/* Where a call of a name leads, and how it is read. */
struct target {
	void *fn;
	struct library *library; /* NULL: nothing of ours, leave it alone */
	const struct plan *plan;
	struct source *row;
	struct other *other; /* NULL: it has a row of its own */
};

/* A routine of LAPACK that lapack.def does not have. */
struct other {
	char name[OTHER_NAME];
	void *same; /* what serves it; NULL: not asked for so far */
	bool left;  /* to the program's library, which was said */
};

/* Names have numbers, in the order of entries.S. */
const struct routine *routine_of(uint32_t number);
bool route_is_blas(uint32_t number);
bool route_is_lapack(uint32_t number);
/* Has it integers of 8 bytes, by its name? */
bool route_is_wide(uint32_t number);
/* Is it C's calling convention? */
bool route_is_c(uint32_t number);
/* Whom a Fortran library tells of wrong arguments, where `ra` called the name
 * of this number, which leads to `fn`: the program's, that of the object which
 * calls, the library's own; NULL: nobody. */
void *route_xerbla(uint32_t number, const void *ra, const void *fn);
/*
 * The target of a call from `ra` by the thunk of this number, which becomes the
 * number of the name. `made`: room for a target that nobody keeps. Without a
 * lock once it was asked for.
 */
const struct target *route(uint32_t *number, uintptr_t ra,
			   struct target *made);

#endif
