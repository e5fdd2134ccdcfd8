/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "digest.h"
#include "banned.h"

typedef uint64_t word __attribute__((may_alias, aligned(1)));

static size_t blocks(uint64_t lane[4], const unsigned char *p, size_t len)
{
	uint64_t a = lane[0], b = lane[1], c = lane[2], d = lane[3];
	size_t n = 0;

	for (; len - n >= DIGEST_BLOCK; n += DIGEST_BLOCK) {
		const word *w = (const word *)(p + n);

		a = digest_word(a, w[0]);
		b = digest_word(b, w[1]);
		c = digest_word(c, w[2]);
		d = digest_word(d, w[3]);
	}
	lane[0] = a;
	lane[1] = b;
	lane[2] = c;
	lane[3] = d;
	return n;
}

/* rest: what is behind the last whole block of `len` bytes. */
static uint64_t finish(const uint64_t lane[4], const unsigned char *rest,
		       uint64_t len)
{
	uint64_t digest = DIGEST_SEED, last = 0;
	size_t n = len % DIGEST_BLOCK;

	for (int i = 0; i < 4 && len >= DIGEST_BLOCK; i++)
		digest = digest_word(digest, lane[i]);
	for (; n >= 8; n -= 8, rest += 8)
		digest = digest_word(digest, *(const word *)rest);
	if (n) {
		memcpy(&last, rest, n);
		digest = digest_word(digest, last);
	}
	return digest_word(digest, len);
}

void digest_start(struct digest *d)
{
	static const uint64_t lane[4] = {
		0xa4093822299f31d0u,
		0x082efa98ec4e6c89u,
		0x452821e638d01377u,
		0xbe5466cf34e90c6cu,
	};

	memcpy(d->lane, lane, sizeof(lane));
	d->len = 0;
}

void digest_add(struct digest *d, const void *data, size_t len)
{
	const unsigned char *p = data;
	size_t have = d->len % DIGEST_BLOCK, n = 0;

	d->len += len;
	if (have) {
		n = DIGEST_BLOCK - have < len ? DIGEST_BLOCK - have : len;
		memcpy(d->rest + have, p, n);
		if (have + n < DIGEST_BLOCK)
			return;
		blocks(d->lane, d->rest, DIGEST_BLOCK);
	}
	n += blocks(d->lane, p + n, len - n);
	memcpy(d->rest, p + n, len - n);
}

uint64_t digest_end(struct digest *d)
{
	return finish(d->lane, d->rest, d->len);
}

uint64_t digest_of(const void *data, size_t len)
{
	const unsigned char *p = data;
	struct digest d;
	size_t n = 0;

	if (len >= DIGEST_BLOCK) {
		digest_start(&d);
		n = blocks(d.lane, p, len);
	}
	return finish(d.lane, p + n, len);
}

uint64_t digest_parts(const struct iovec *part, int parts, size_t len)
{
	struct digest d;

	digest_start(&d);
	for (int i = 0; i < parts && len; i++) {
		size_t n = part[i].iov_len < len ? part[i].iov_len : len;

		digest_add(&d, part[i].iov_base, n);
		len -= n;
	}
	return digest_end(&d);
}
