/* SPDX-License-Identifier: MIT */
/*
 * Digests of files: XXH3 of 128 bits (libxxhash), and what is known of them
 * from earlier runs. A file is known by inode, size and times; one that was
 * changed within the last two seconds is not kept, as a change in the same tick
 * of the clock would not show.
 */
#ifndef SAMEBITS_DIGEST_H
#define SAMEBITS_DIGEST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct digest {
	uint64_t part[2]; /* high, low */
	uint64_t size;	  /* bytes that were read */
};

/* 0 or -errno; -ECANCELED: `stop` became true. A FIFO or socket is -EINVAL, and
 * does not make it wait. */
int digest_file(struct digest *d, const char *path, const volatile bool *stop);

/* The same whatever the order of the file's lines. 0 or -errno. */
int digest_lines(struct digest *d, const char *path);

struct digests; /* usable by several threads */

/* Those of a store; NULL: no memory. What cannot be read is not known. */
struct digests *digests_open(const char *store);
/* Keeps what was new; frees. */
void digests_close(struct digests *known);
/* Only frees. */
void digests_drop(struct digests *known);
/*
 * Of a regular file, from what is known or by reading it. -EAGAIN: it changed
 * meanwhile. Else as digest_file().
 */
int digests_find(struct digests *known, const char *path, struct digest *d,
		 const volatile bool *stop);
/* Of the content that a file had at that time, if it was digested then. */
bool digests_past(struct digests *known, uint64_t dev, uint64_t ino,
		  uint64_t size, int64_t mtime, struct digest *d);

#endif
