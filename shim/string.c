/* SPDX-License-Identifier: MIT */
/*
 * The string functions that the shim calls, as hidden symbols of its own: by
 * name they would reach whoever stands in front of libc. A sanitizer's
 * interceptors do, and crash before their runtime has started, or on a thread
 * that it does not know yet.
 */
#include <emmintrin.h>
#include <stdint.h>
#include <string.h>

#include "banned.h"

#pragma GCC visibility push(hidden)

typedef uint64_t word __attribute__((may_alias, aligned(1)));

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	char *t = to;
	const char *f = from;

	for (; n >= 8; n -= 8, t += 8, f += 8)
		*(word *)t = *(const word *)f;
	while (n--)
		*t++ = *f++;
	return to;
}

void *memmove(void *to, const void *from, size_t n)
{
	char *t = to;
	const char *f = from;

	if ((uintptr_t)to - (uintptr_t)from >= n)
		return memcpy(to, from, n);
	while (n--)
		t[n] = f[n];
	return to;
}

void *memset(void *to, int c, size_t n)
{
	void *at = to;

	__asm__ volatile("rep stosb"
			 : "+D"(at), "+c"(n) : "a"(c) : "memory");
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *p = a, *q = b;

	for (; n; n--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	const unsigned char *p = s;

	for (; n; n--, p++)
		if (*p == (unsigned char)c)
			return (void *)p;
	return NULL;
}

size_t strlen(const char *s)
{
	const char *p = s;

	while (*p)
		p++;
	return (size_t)(p - s);
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++)
		if (*a != *b || !*a)
			return (unsigned char)*a - (unsigned char)*b;
	return 0;
}

char *strncpy(char *restrict to, const char *restrict from, size_t n)
{
	size_t i = 0;

	for (; i < n && from[i]; i++)
		to[i] = from[i];
	memset(to + i, 0, n - i);
	return to;
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	do
		if (*s == (char)c)
			last = s;
	while (*s++);
	return (char *)last;
}

size_t strcspn(const char *s, const char *reject)
{
	size_t n = 0;

	while (s[n] && !memchr(reject, s[n], strlen(reject)))
		n++;
	return n;
}

char *strstr(const char *s, const char *part)
{
	size_t n = strlen(part);

	do
		if (!strncmp(s, part, n))
			return (char *)s;
	while (*s++);
	return NULL;
}

/* Megabytes are searched by it: 16 places at once where the first two bytes
 * stand, then those in full. */
void *memmem(const void *data, size_t len, const void *part, size_t n)
{
	const char *s = data, *p = part;
	const __m128i first = _mm_set1_epi8(n > 0 ? p[0] : 0);
	const __m128i second = _mm_set1_epi8(n > 1 ? p[1] : 0);
	size_t i = 0;

	for (; n > 1 && len >= 17 && i <= len - 17; i += 16) {
		__m128i a = _mm_loadu_si128((const void *)(s + i));
		__m128i b = _mm_loadu_si128((const void *)(s + i + 1));
		unsigned hits = (unsigned)_mm_movemask_epi8(
			_mm_and_si128(_mm_cmpeq_epi8(a, first),
				      _mm_cmpeq_epi8(b, second)));

		for (; hits; hits &= hits - 1) {
			size_t at = i + (size_t)__builtin_ctz(hits);

			if (n <= len - at && !memcmp(s + at, part, n))
				return (void *)(s + at);
		}
	}
	for (; i < len && n <= len - i; i++)
		if (!memcmp(s + i, part, n))
			return (void *)(s + i);
	return NULL;
}
