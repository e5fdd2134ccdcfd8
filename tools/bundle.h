/* SPDX-License-Identifier: MIT */
/*
 * A run as one file, for another machine: its directory as a tar archive,
 * compressed by zstd (libarchive), with the names of functions and lines, which
 * only this machine can look up.
 */
#ifndef SAMEBITS_BUNDLE_H
#define SAMEBITS_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>

/* All return 0; or -errno, and *trouble is a sentence about the file, the
 * caller's to free; NULL: strerror() says it. */

int bundle_write(const char *dir, const char *path, char **trouble);
/* A new run of the store; dir becomes its absolute path. Nothing is left where
 * it fails. */
int bundle_read(const char *path, const char *store, char *dir, size_t size,
		char **trouble);
/* Into a store of its own, which bundle_forget() removes. */
int bundle_open(const char *path, char *dir, size_t size, char **trouble);
void bundle_forget(const char *dir);

/* Does the file begin as one? */
bool bundle_is(const char *path);

#endif
