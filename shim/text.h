/* SPDX-License-Identifier: MIT */
/* Text into a bounded buffer, without stdio: always terminated, cut if long. */
#ifndef SAMEBITS_TEXT_H
#define SAMEBITS_TEXT_H

#include <stdint.h>

struct text {
	char *at;
	char *end; /* the place of the last terminator */
};

static inline struct text text_start(char *buffer, int size)
{
	*buffer = 0;
	return (struct text){ buffer, buffer + size - 1 };
}

static inline void text_add(struct text *t, const char *s)
{
	while (*s && t->at < t->end)
		*t->at++ = *s++;
	*t->at = 0;
}

static inline void text_number(struct text *t, uint64_t n, int base, int digits)
{
	char digit[24], *p = digit + sizeof(digit) - 1;

	*p = 0;
	do {
		*--p = "0123456789abcdef"[n % (unsigned)base];
		n /= (unsigned)base;
	} while (n || digit + sizeof(digit) - 1 - p < digits);
	text_add(t, p);
}

#endif
