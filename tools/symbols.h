/* SPDX-License-Identifier: MIT */
/* From a module and an offset in it to a function and a line, by elfutils. */
#ifndef SAMEBITS_SYMBOLS_H
#define SAMEBITS_SYMBOLS_H

#include <stdint.h>

#include "../shim/event.h"

struct symbols; /* keeps every module open that was asked for */

struct place {
	const char *function; /* NULL: not known */
	const char *file;     /* NULL: not known */
	int line;
	/* NULL, or why nothing can be known of this module */
	const char *trouble;
};

struct symbols *symbols_new(void); /* NULL: no memory */
void symbols_free(struct symbols *symbols);
/* What a run's symbols.json says (known_symbols.h) serves where a module is
 * missing or another one. Nothing happens where there is no such file. */
void symbols_know(struct symbols *symbols, const char *dir);

/*
 * `offset` is a return address minus the load address; what is looked up is the
 * call before it. The strings live until symbols_free().
 */
struct place symbols_find(struct symbols *symbols,
			  const struct sb_module *module, uint64_t offset);

#endif
