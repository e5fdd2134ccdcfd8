/* SPDX-License-Identifier: MIT */
/* Trees of files: removed, copied, laid over one another. Modes, owners, times
 * and links stay what they were. All return 0 or the first -errno, and go on
 * where they can. */
#ifndef SAMEBITS_LAYER_H
#define SAMEBITS_LAYER_H

#include <stdbool.h>

int layer_remove(const char *path);
/* Bytes of files in a tree, without what lies in `except`; stops at `most`. */
int layer_size(const char *path, const char *except, unsigned long long most,
	       unsigned long long *size);
/* Makes `to`; shares the blocks where the file system can. */
int layer_copy(const char *from, const char *to, const char *except);
/* Puts an upper layer of overlayfs in place: what is a whiteout in it is
 * removed, what is opaque replaced. Files are renamed, or copied beside and
 * renamed: each is either the old or the new one. The layer is used up. */
int layer_apply(const char *upper, const char *path);
/* Makes `path` what `copy` is: what is new or changed in it is moved to `kept`,
 * what is missing is copied back. */
int layer_restore(const char *copy, const char *path, const char *kept,
		  const char *except);
/* Makes `path` again what it was before layer_restore() put this away. */
int layer_put_again(const char *kept, const char *path);
/* Notes in `base` which directory base/copy is the copy of; and, for all notes
 * in a store, puts back what was not put back. */
int layer_mark(const char *base, const char *path, const char *store);
int layer_recover(const char *store, bool *recovered);
/* The experiment has ended as it should: no note is needed. */
void layer_unmark(const char *base, const char *store);

#endif
