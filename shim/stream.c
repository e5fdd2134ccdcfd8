/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "stream.h"
#include "banned.h"

static inline uint64_t mul(uint64_t a, uint64_t b, uint64_t *high)
{
	unsigned __int128 p = (unsigned __int128)a * b;

	*high = (uint64_t)(p >> 64);
	return (uint64_t)p;
}

void stream_block(const struct stream_key *key, uint64_t group, uint64_t index,
		  uint64_t out[4])
{
	uint64_t c0 = index, c1 = group, c2 = 0, c3 = 0;
	uint64_t k0 = key->seed, k1 = key->lineage;

	for (int round = 0; round < 10; round++) {
		uint64_t high0, high1;
		uint64_t low0 = mul(0xd2e7470ee14c6c93u, c0, &high0);
		uint64_t low1 = mul(0xca5a826395121157u, c2, &high1);

		c0 = high1 ^ c1 ^ k0;
		c1 = low1;
		c2 = high0 ^ c3 ^ k1;
		c3 = low0;
		k0 += 0x9e3779b97f4a7c15u;
		k1 += 0xbb67ae8584caa73bu;
	}
	out[0] = c0;
	out[1] = c1;
	out[2] = c2;
	out[3] = c3;
}

uint64_t digest_bytes(const void *data, size_t len)
{
	const unsigned char *p = data;
	uint64_t digest = 0x243f6a8885a308d3u ^ len;
	uint64_t word;

	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&word, p, 8);
		digest = digest_word(digest, word);
	}
	word = 0;
	memcpy(&word, p, len);
	return digest_word(digest, word);
}

uint64_t digest_string(const char *text)
{
	return digest_bytes(text, strlen(text));
}
