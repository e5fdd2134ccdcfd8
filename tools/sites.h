/* SPDX-License-Identifier: MIT */
/* Call stacks for people: the lines of an interpreter, then the frames of C. */
#ifndef SAMEBITS_SITES_H
#define SAMEBITS_SITES_H

#include <stdio.h>

#include "reader.h"
#include "symbols.h"

/* What a frame's module and offset mean; why that is not known becomes a note,
 * once a module. */
struct place site_look_up(struct symbols *symbols, struct notes *notes,
			  const struct sb_module *module, uint64_t offset);

/* The innermost line of the program's own, not of a library; `lines`: none is. */
uint32_t site_own(const struct log *log, const struct sb_site *site);

/* `most` of each kind, innermost first, `between` them; no newline at the
 * end. site: NULL where it is not known. */
void site_print(FILE *to, struct symbols *symbols, struct notes *notes,
		const struct log *log, const struct sb_site *site,
		uint32_t most, const char *between);

/* The same from the program's own code on, which the lines of libraries between
 * it and the call tell nothing about; all of it where there is none. */
void site_print_own(FILE *to, struct symbols *symbols, struct notes *notes,
		    const struct log *log, const struct sb_site *site,
		    uint32_t most, const char *between);

/* Says which call ended the run, by lines that begin with `begin`; false: none
 * did. */
bool denied_print(FILE *to, struct symbols *symbols, struct rundir *run,
		  const char *begin);

#endif
