/* SPDX-License-Identifier: MIT */
/*
 * Finds the instructions of a loaded object by which it asks the kernel past
 * libc, and what for.
 *
 * A place is only one that decoding reaches from where a function is known to
 * begin: an unwind entry (.eh_frame_hdr), a symbol of the object's file, or,
 * where neither covers it, its section, if all before it decodes. Zydis decodes
 * (opened RTLD_LOCAL, as libunwind is: nothing enters the program's scope).
 */
#ifndef SAMEBITS_RAWSITE_H
#define SAMEBITS_RAWSITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rawsite {
	uintptr_t at;	/* of the instruction, 2 bytes */
	int64_t number; /* that it always asks for; -1: not proven */
};

struct rawsites {
	struct rawsite site[1024];
	size_t n;
	size_t unproven; /* bytes that may be one, and may be none */
	size_t old;	 /* int 0x80, the 32-bit way */
	bool runtime;	 /* libc, the loader, a sanitizer, or our own */
	char path[512];	 /* of the object */
};

/* Opens the decoder; false: it is not there. */
bool rawsite_start(void);
/* All of the object that is loaded at `base`; false: there is none. */
bool rawsite_find(uintptr_t base, struct rawsites *found);

#endif
