/* SPDX-License-Identifier: MIT */
/* What another program says on its standard output. */
#ifndef SAMEBITS_ASK_H
#define SAMEBITS_ASK_H

#include <stddef.h>

/*
 * Runs argv[0] (PATH) without input; what it says on stderr is dropped. *text is
 * the caller's to free, with a zero behind its *size bytes, at most `most` of
 * them. 0; -ETIME: not within `ms`, and it was ended; -ENOENT: there is no such
 * program; -EIO: it failed; -EFBIG: it says more; another -errno.
 */
int ask(char *const *argv, unsigned ms, size_t most, char **text,
	size_t *size);

#endif
