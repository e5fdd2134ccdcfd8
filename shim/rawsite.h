/* SPDX-License-Identifier: MIT */
/*
 * Finds the instructions of a loaded object by which it asks the kernel past
 * libc, and what for, and those by which it draws the chip's entropy.
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

/* RDRAND or RDSEED. */
struct rawrandom {
	uintptr_t at;	/* its first byte, a prefix where it has some */
	uint8_t length; /* in bytes */
	uint8_t bits;	/* that it draws: 16, 32 or 64 */
	uint8_t reg;	/* that gets them, 0 to 15 as it is encoded */
	bool seed;	/* RDSEED */
};

/* What is looked for. */
enum { RAW_CALLS = 1, RAW_RANDOM = 2 };

struct rawsites {
	struct rawsite site[1024];
	size_t n;
	size_t unproven; /* bytes that may be one, and may be none */
	size_t old;	 /* int 0x80, the 32-bit way */
	struct rawrandom random[1024];
	size_t randoms;
	size_t random_unproven;
	bool runtime;	 /* libc, the loader, a sanitizer, or our own */
	char path[512];	 /* of the object */
};

/* Opens the decoder; false: it is not there. */
bool rawsite_start(void);
/* All of these (RAW_…) in the object that is loaded at `base`; false: there is
 * none. */
bool rawsite_find(uintptr_t base, unsigned wanted, struct rawsites *found);

#endif
