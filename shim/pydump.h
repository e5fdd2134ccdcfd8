/* SPDX-License-Identifier: MIT */
/* Lines of Python code of a thread that cannot have the interpreter's lock. */
#ifndef SAMEBITS_PYDUMP_H
#define SAMEBITS_PYDUMP_H

#include "python.h"

/* The calling thread's, innermost first; how many. Their texts are in `room`.
 * Its hooks make no events meanwhile. */
unsigned pydump(struct line *line, unsigned max, char *room, unsigned size);

#endif
