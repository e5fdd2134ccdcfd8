/* SPDX-License-Identifier: MIT */
/*
 * Digest of bytes that may come in pieces: however they are cut, it is the
 * same. Four lanes, so that no step waits for the one before: at memory's
 * speed. Not for cryptography.
 */
#ifndef SAMEBITS_DIGEST_H
#define SAMEBITS_DIGEST_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "stream.h"

#define DIGEST_BLOCK 32

struct digest {
	uint64_t lane[4];
	uint64_t len; /* so far; what is left of blocks is in `rest` */
	unsigned char rest[DIGEST_BLOCK];
};

#define DIGEST_SEED 0x13198a2e03707344u

void digest_start(struct digest *d);
void digest_add(struct digest *d, const void *data, size_t len);
uint64_t digest_end(struct digest *d);

/* Of one piece. */
uint64_t digest_of(const void *data, size_t len);
/* Of the first `len` bytes of the parts. */
uint64_t digest_parts(const struct iovec *part, int parts, size_t len);

static inline uint64_t digest_byte(unsigned char c)
{
	return digest_word(digest_word(DIGEST_SEED, c), 1);
}

#endif
