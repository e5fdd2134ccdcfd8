/* SPDX-License-Identifier: MIT */
#include <emmintrin.h>
#include <string.h>

#include "scan.h"
#include "banned.h"

/* Found by two bytes within, which are rarer together than the first two. */
static const struct mark {
	const char *text;
	unsigned at; /* of the two bytes */
} marks[] = {
	{ "OpenSSL 1.", 4 }, { "OpenSSL 3.", 4 }, { "OpenSSL 4.", 4 },
	{ "BoringSSL", 6 },  { "LibreSSL ", 5 },  { "wolfSSL ", 4 },
	{ "/ring-0.", 4 },   { "mbed TLS ", 5 },
	{ "curve25519xsalsa20poly1305", 9 },
};
static const char pairs[][3] = { "SS", "g-", "TL", "9x" };
#define PAIRS (sizeof(pairs) / sizeof(*pairs))

/* Is the pair at `at` that of a mark which is there in full? */
static bool verify(const char *data, size_t len, size_t at)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		size_t n = strlen(marks[i].text), k = marks[i].at;

		if (at >= k && at - k + n <= len &&
		    !memcmp(data + at - k, marks[i].text, n))
			return true;
	}
	return false;
}

/* Bit i: a pair begins at p[i]. Reads 17 bytes. */
static unsigned candidates(const char *p)
{
	__m128i here = _mm_loadu_si128((const __m128i *)p);
	__m128i next = _mm_loadu_si128((const __m128i *)(p + 1));
	__m128i any = _mm_setzero_si128();

	for (size_t i = 0; i < PAIRS; i++) {
		__m128i a = _mm_cmpeq_epi8(here, _mm_set1_epi8(pairs[i][0]));
		__m128i b = _mm_cmpeq_epi8(next, _mm_set1_epi8(pairs[i][1]));

		any = _mm_or_si128(any, _mm_and_si128(a, b));
	}
	return (unsigned)_mm_movemask_epi8(any);
}

bool scan_crypto(const char *data, size_t len)
{
	size_t at = 0;

	for (; at + 17 <= len; at += 16)
		for (unsigned m = candidates(data + at); m; m &= m - 1)
			if (verify(data, len, at + (unsigned)__builtin_ctz(m)))
				return true;
	for (; at < len; at++)
		if (verify(data, len, at))
			return true;
	return false;
}
