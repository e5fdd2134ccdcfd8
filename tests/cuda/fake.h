/* SPDX-License-Identifier: MIT */
/*
 * Libraries that stand for NVIDIA's where there is no GPU: real sonames and
 * symbol versions; each call says what arrived. Handles are small numbers.
 */
#ifndef SAMEBITS_TESTS_FAKE_H
#define SAMEBITS_TESTS_FAKE_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../../shim/cuda.h"

#define API __attribute__((visibility("default")))
#define NUMBER(handle) ((long)(uintptr_t)(handle))

__attribute__((format(printf, 1, 2))) static inline void say(const char *format,
							     ...)
{
	va_list ap;

	va_start(ap, format);
	vdprintf(1, format, ap);
	va_end(ap);
}

/* Calls that are only seen: up to 24 words, all of which count. */
#define WORDS                                                                  \
	long a, long b, long c, long d, long e, long f, long g, long h,        \
		long i, long j, long k, long l, long m, long n, long o,        \
		long p, long q, long r, long s, long t, long u, long v,        \
		long w, long x
static inline int arrived(const char *name, WORDS)
{
	long all[] = { a, b, c, d, e, f, g, h, i, j, k, l,
		       m, n, o, p, q, r, s, t, u, v, w, x };
	long sum = 0;

	for (int at = 0; at < 24; at++)
		sum = sum * 31 + all[at];
	say("%s %lx\n", name, sum);
	return 0;
}
#define SEEN(symbol, group, words, doc)                                        \
	API int symbol(WORDS);                                                 \
	API int symbol(WORDS)                                                  \
	{                                                                      \
		return arrived(#symbol, a, b, c, d, e, f, g, h, i, j, k, l, m, \
			       n, o, p, q, r, s, t, u, v, w, x);               \
	}

#endif
