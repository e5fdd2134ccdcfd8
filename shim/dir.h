/* SPDX-License-Identifier: MIT */
/*
 * Directories in order. What is in one is read at once, sorted, and handed out
 * from there: of entries made or removed after that, nothing is seen before the
 * program rewinds, as POSIX allows.
 *
 * A position (d_off, telldir(3), the offset of the descriptor) is the number of
 * entries before it. The kernel takes any number for an offset, so a descriptor
 * carries its position through dup, fork and exec.
 */
#ifndef SAMEBITS_DIR_H
#define SAMEBITS_DIR_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "order.h"

/* What is in a directory, in one mapping. */
struct listing {
	char *map;
	size_t size;
	struct item *item; /* behind the records, and as many to spare */
	size_t count;
	int error; /* -errno that ended it early; 0: whole */
};

/* Reads from the descriptor's offset to the end, and sorts; false: no memory.
 * One that cannot be read is empty and has its `error`. */
bool listing_read(struct listing *l, int fd);
void listing_drop(struct listing *l);
/* Says in the log that one could not be read, and was left to libc. */
void dir_unordered(void);

/*
 * Streams of opendir(3). Only those that were opened under our control are
 * ordered: of others it is not known what was read already.
 */
void dir_opened(DIR *dir); /* NULL is none */
void dir_closing(DIR *dir);
/* The next entry, which lives until the stream is rewound or closed; NULL at
 * the end. 0, a positive errno, or -1: to be left to libc. Threads may share a
 * stream. */
int dir_next(DIR *dir, struct dirent **e);
/* The position; -1: to be left to libc. */
long dir_tell(DIR *dir);
/* False: to be left to libc. */
bool dir_seek(DIR *dir, long at);
void dir_rewind(DIR *dir); /* libc does the rest */

/* getdents64(2), or getdents(2) in the old layout, in order. The result, or
 * -errno. */
long dir_getdents(int fd, void *buf, size_t len, bool old);
void dir_forget(void); /* in a forked child */
/* Digest of the names in such a result. */
uint64_t dir_digest(const char *buf, long n, bool old);

#endif
