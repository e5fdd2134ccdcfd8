/* SPDX-License-Identifier: MIT */
/* The files of a run for people: the user's own, then the system's in a line.
 */
#ifndef SAMEBITS_FILELIST_H
#define SAMEBITS_FILELIST_H

#include "files.h"

#define FILELIST_SHOWN 20

/* Indented by two; names below `cwd` without it. At most `most` of them. */
void filelist_print(FILE *to, const struct file_entry *list, size_t n,
		    const char *cwd, size_t most);

#endif
