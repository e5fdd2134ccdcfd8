/* SPDX-License-Identifier: MIT */
/*
 * Patterns for names of files. One without '/' is for the last part of a name;
 * others are for the whole name, as it is or relative to the working directory,
 * or for a directory that it lies in. '**' crosses '/'.
 */
#ifndef SAMEBITS_GLOBS_H
#define SAMEBITS_GLOBS_H

#include <stdbool.h>
#include <stddef.h>

struct globs {
	char **glob;
	size_t n;
};

/* From options: one a line. 0 or -ENOMEM. */
int globs_split(struct globs *globs, const char *lines);
bool globs_match(const struct globs *globs, const char *path, const char *cwd);
void globs_free(struct globs *globs);

/* `path` without the directory in front of it; `path` where it is not below. */
const char *path_below(const char *path, const char *directory);

#endif
