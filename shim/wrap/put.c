/* SPDX-License-Identifier: MIT */
/*
 * Writing to streams what is there already. libc writes their buffers out by
 * calls of its own; the event is of the bytes that the program handed over,
 * when it did. What a compiler puts into a buffer without a call
 * (putc_unlocked() of <stdio.h>) is seen only where the buffer is full.
 */
#define SAMEBITS_HOOKS_STDIO
#define __NO_INLINE__ /* no bodies of these in headers */
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "written.h"

#undef putc
#undef putchar
#undef fputc_unlocked
#undef putc_unlocked
#undef putchar_unlocked

int __overflow(FILE *f, int c);
#include "banned.h"

HOOK(fwrite);
HOOK(fwrite_unlocked);
HOOK(fputs);
HOOK(fputs_unlocked);
HOOK(puts);
HOOK(fputc);
HOOK(putc);
HOOK(putchar);
HOOK(fputc_unlocked);
HOOK(putc_unlocked);
HOOK(putchar_unlocked);
HOOK(__overflow);
HOOK(putw);

#define TO(f) output_of(written_stream(f))
#define LOCKED_TO(f) (written_look(f), TO(f))

EXPORT size_t fwrite(const void *restrict data, size_t size, size_t n,
		     FILE *restrict f)
{
	enum output to = LOCKED_TO(f);
	size_t done = NEXT(fwrite)(data, size, n, f);

	if (to > OUTPUT_NONE)
		written_bytes(to, CALLER, data, (ssize_t)(done * size));
	return done;
}

EXPORT size_t fwrite_unlocked(const void *restrict data, size_t size, size_t n,
			      FILE *restrict f)
{
	enum output to = TO(f);
	size_t done = NEXT(fwrite_unlocked)(data, size, n, f);

	if (to > OUTPUT_NONE)
		written_bytes(to, CALLER, data, (ssize_t)(done * size));
	return done;
}

static ssize_t length(const char *s, int result)
{
	return result == EOF ? 0 : (ssize_t)strlen(s);
}

EXPORT int fputs(const char *restrict s, FILE *restrict f)
{
	enum output to = LOCKED_TO(f);
	int ret = NEXT(fputs)(s, f);

	if (to > OUTPUT_NONE)
		written_bytes(to, CALLER, s, length(s, ret));
	return ret;
}

EXPORT int fputs_unlocked(const char *restrict s, FILE *restrict f)
{
	enum output to = TO(f);
	int ret = NEXT(fputs_unlocked)(s, f);

	if (to > OUTPUT_NONE)
		written_bytes(to, CALLER, s, length(s, ret));
	return ret;
}

EXPORT int puts(const char *s)
{
	enum output to = LOCKED_TO(stdout);
	int ret = NEXT(puts)(s);
	const struct iovec part[2] = { { (char *)s, strlen(s) },
				       { (char *)"\n", 1 } };
	size_t len = ret == EOF ? 0 : part[0].iov_len + 1;

	if (to > OUTPUT_NONE)
		written(to, CALLER, digest_parts(part, 2, len), len);
	return ret;
}

static inline int put(enum output to, void *ret, void *frame, int c, int result)
{
	if (to <= OUTPUT_NONE)
		return result;
	if (__builtin_expect(result == EOF, 0))
		written_unseen(to, ret, frame, 0);
	else
		written(to, ret, frame, digest_byte((unsigned char)c), 1);
	return result;
}

EXPORT int fputc(int c, FILE *f)
{
	enum output to = LOCKED_TO(f);

	return put(to, CALLER, c, NEXT(fputc)(c, f));
}

EXPORT int putc(int c, FILE *f)
{
	enum output to = LOCKED_TO(f);

	return put(to, CALLER, c, NEXT(putc)(c, f));
}

EXPORT int putchar(int c)
{
	enum output to = LOCKED_TO(stdout);

	return put(to, CALLER, c, NEXT(putchar)(c));
}

EXPORT int fputc_unlocked(int c, FILE *f)
{
	enum output to = TO(f);

	return put(to, CALLER, c, NEXT(fputc_unlocked)(c, f));
}

EXPORT int putc_unlocked(int c, FILE *f)
{
	enum output to = TO(f);

	return put(to, CALLER, c, NEXT(putc_unlocked)(c, f));
}

EXPORT int putchar_unlocked(int c)
{
	enum output to = TO(stdout);

	return put(to, CALLER, c, NEXT(putchar_unlocked)(c));
}

/* putc_unlocked() of the header, where there is no room. */
EXPORT int __overflow(FILE *f, int c)
{
	enum output to = TO(f);

	return put(to, CALLER, c, NEXT(__overflow)(f, c));
}

EXPORT int putw(int word, FILE *f)
{
	enum output to = LOCKED_TO(f);
	int ret = NEXT(putw)(word, f);

	if (to > OUTPUT_NONE)
		written_bytes(to, CALLER, &word,
			      ret == EOF ? 0 : (ssize_t)sizeof(word));
	return ret;
}

ALIAS(_IO_fwrite, fwrite);
ALIAS(_IO_fputs, fputs);
ALIAS(_IO_puts, puts);
ALIAS(_IO_putc, putc);
