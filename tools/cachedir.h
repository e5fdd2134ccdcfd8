/* SPDX-License-Identifier: MIT */
/* Files that are kept for later runs of this user: ~/.cache/samebits. */
#ifndef SAMEBITS_CACHEDIR_H
#define SAMEBITS_CACHEDIR_H

#include <stdbool.h>
#include <stddef.h>

/* The full name of a file in it; false: there is no home. */
bool cache_path(char *out, size_t size, const char *name);
/* Makes the directories that lead to a file. */
void cache_prepare(char *file);

#endif
