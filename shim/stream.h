/* SPDX-License-Identifier: MIT */
/*
 * Keyed random streams. Counter-based: block i of a stream is a function of
 * (key, group, i) alone, so what one thread draws never depends on another.
 * Philox4x64-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers, SC 2011).
 * Not for cryptography: whoever knows the seed knows the values.
 */
#ifndef SAMEBITS_STREAM_H
#define SAMEBITS_STREAM_H

#include <stddef.h>
#include <stdint.h>

struct stream_key {
	uint64_t seed;
	uint64_t lineage;
};

/* out: 4 words of block `index` of stream (key, group). */
void stream_block(const struct stream_key *key, uint64_t group, uint64_t index,
		  uint64_t out[4]);

/* Avalanche of two words (SplitMix64's finalizer): for keys, not for draws. */
static inline uint64_t mix64(uint64_t a, uint64_t b)
{
	uint64_t z = a + 0x9e3779b97f4a7c15u * (b + 1);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* Rolling digest of a word. */
static inline uint64_t digest_word(uint64_t digest, uint64_t word)
{
	digest = (digest ^ word) * 0x9fb21c651e98df25u;
	return digest ^ (digest >> 32);
}

uint64_t digest_bytes(const void *data, size_t len);
uint64_t digest_string(const char *text);

#endif
