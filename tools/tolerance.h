/* SPDX-License-Identifier: MIT */
/* Options that say what may differ between results. */
#ifndef SAMEBITS_TOLERANCE_H
#define SAMEBITS_TOLERANCE_H

#include <stdbool.h>

#include "contents.h"
#include "opts.h"

/* As the command line has them; NULL: not given. */
extern struct tolerance_wanted {
	const char *rtol, *atol, *ignore;
} tolerance_wanted;

/* Rows for tables, each with its comma. */
#define TOLERANCE_OPTIONS                                                      \
	{ "rtol", 0, "X", "numbers are equal within X times their size",       \
	  &tolerance_wanted.rtol },                                            \
	{ "atol", 0, "X", "numbers are equal within X",                        \
	  &tolerance_wanted.atol },                                            \
	{ "ignore-line", OPT_MANY, "REGEX", "lines of text that may differ",   \
	  &tolerance_wanted.ignore },

/* False: something is wrong with them, and it was said. What it makes stays. */
bool tolerance_valid(struct tolerance *t);

#endif
