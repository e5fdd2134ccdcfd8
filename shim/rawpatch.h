/* SPDX-License-Identifier: MIT */
/*
 * Instructions of the program that become traps: the first byte of each is made
 * HLT, which a program may not execute, and the fault leads to who serves its
 * kind (rawcall.h, rdrand.h).
 *
 * Nothing is armed, in no thread and no child: the bytes are there for all of
 * them, and a program that is executed has its own.
 */
#ifndef SAMEBITS_RAWPATCH_H
#define SAMEBITS_RAWPATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "rawsite.h"

struct rawpatch {
	uintptr_t at;
	const void *aside;	 /* of a system call (rawcall.c); else NULL */
	struct rawrandom random; /* where it is none */
};

/* For --trap's words, in config.traps. */
void rawpatch_start(void);
/* Objects were loaded at these addresses. Not under the engine's lock. */
void rawpatch_loaded(const uintptr_t *base, unsigned n);
/* What lay in [start, end) is gone. Under the engine's lock. */
void rawpatch_unloaded(uintptr_t start, uintptr_t end);

/* What was at this address; NULL: no trap. Async-signal-safe. */
const struct rawpatch *rawpatch_find(uintptr_t at);
/* Whose place beside it is. */
const struct rawpatch *rawpatch_beside(const void *aside);

/* Makes it a trap. False: that cannot be, in this object, which is said; `what`
 * it has of them. */
bool rawpatch_put(const struct rawpatch *p, const char *path, const char *what);
/* Says that these are not trapped, as code may not be changed. */
void rawpatch_refused(const char *path, const char *what);
/* A blind spot of this object: its path, then the text. */
void rawpatch_say(const char *path, const char *text);

#endif
