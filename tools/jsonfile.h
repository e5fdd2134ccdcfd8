/* SPDX-License-Identifier: MIT */
#ifndef SAMEBITS_JSONFILE_H
#define SAMEBITS_JSONFILE_H

#include <jansson.h>

/* Written beside and renamed: readers see all of it, or what was there before,
 * also when several write. `flags` are json_dump_file()'s. 0 or -errno. */
int jsonfile_write(const char *path, const json_t *j, size_t flags);
/* The same of DIR/NAME. */
int jsonfile_write_in(const char *dir, const char *name, const json_t *j,
		      size_t flags);

#endif
