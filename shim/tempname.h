/* SPDX-License-Identifier: MIT */
/*
 * Names of temporary files: six characters in place of a template's XXXXXX, as
 * mkstemp(3) has it, from the calling thread's stream. A name that is taken is
 * followed by others, which do not change what the next call draws.
 */
#ifndef SAMEBITS_TEMPNAME_H
#define SAMEBITS_TEMPNAME_H

#include <stdbool.h>

#include "thread.h"

enum tempname {
	TEMPNAME_FILE, /* made and opened; a descriptor is returned */
	TEMPNAME_DIRECTORY,
	TEMPNAME_UNUSED, /* only a name that nobody has now */
};

/* Fills in the template, whose last `suffix` bytes stay; flags of open(2).
 * 0, a descriptor, or -errno: -EINVAL for a bad template, -EEXIST when none of
 * very many names was free. */
long tempname(struct thread *self, enum tempname kind, char *template,
	      int suffix, int flags);
/* The same for a name that libc has made: its last six characters. */
long tempname_again(struct thread *self, char *name);

#endif
