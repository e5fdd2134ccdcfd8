/* SPDX-License-Identifier: MIT */
/* Writing wide characters to streams: the length of events counts characters,
 * as libc turns them into bytes where nobody sees it. */
#include <stdarg.h>
#include <stdio.h>
#include <wchar.h>

#include "call.h"
#include "written.h"

#undef putwc
#undef putwchar
#undef fputwc_unlocked
#undef putwc_unlocked
#undef putwchar_unlocked

/* What _FORTIFY_SOURCE makes of them; no header declares these here. */
int __wprintf_chk(int flag, const wchar_t *format, ...);
int __fwprintf_chk(FILE *f, int flag, const wchar_t *format, ...);
int __vwprintf_chk(int flag, const wchar_t *format, va_list ap);
int __vfwprintf_chk(FILE *f, int flag, const wchar_t *format, va_list ap);
#include "banned.h"

HOOK(fputws);
HOOK(fputws_unlocked);
HOOK(fputwc);
HOOK(putwc);
HOOK(putwchar);
HOOK(fputwc_unlocked);
HOOK(putwc_unlocked);
HOOK(putwchar_unlocked);
HOOK(wprintf);
HOOK(fwprintf);
HOOK(vwprintf);
HOOK(vfwprintf);
HOOK(__wprintf_chk);
HOOK(__fwprintf_chk);
HOOK(__vwprintf_chk);
HOOK(__vfwprintf_chk);

#define TO(f) output_of(written_stream(f))

static int put_string(enum output to, void *ret, void *frame, const wchar_t *s,
		      int result)
{
	size_t n = 0;

	while (to > OUTPUT_NONE && result >= 0 && s[n])
		n++;
	if (to > OUTPUT_NONE)
		written(to, ret, frame, digest_of(s, n * sizeof(*s)), n);
	return result;
}

EXPORT int fputws(const wchar_t *restrict s, FILE *restrict f)
{
	enum output to = TO(f);

	return put_string(to, CALLER, s, NEXT(fputws)(s, f));
}

EXPORT int fputws_unlocked(const wchar_t *restrict s, FILE *restrict f)
{
	enum output to = TO(f);

	return put_string(to, CALLER, s, NEXT(fputws_unlocked)(s, f));
}

static wint_t put(enum output to, void *ret, void *frame, wchar_t c,
		  wint_t result)
{
	size_t n = result != WEOF;

	if (to > OUTPUT_NONE)
		written(to, ret, frame, digest_of(&c, n * sizeof(c)), n);
	return result;
}

EXPORT wint_t fputwc(wchar_t c, FILE *f)
{
	enum output to = TO(f);

	return put(to, CALLER, c, NEXT(fputwc)(c, f));
}

EXPORT wint_t putwc(wchar_t c, FILE *f)
{
	enum output to = TO(f);

	return put(to, CALLER, c, NEXT(putwc)(c, f));
}

EXPORT wint_t putwchar(wchar_t c)
{
	enum output to = TO(stdout);

	return put(to, CALLER, c, NEXT(putwchar)(c));
}

EXPORT wint_t fputwc_unlocked(wchar_t c, FILE *f)
{
	enum output to = TO(f);

	return put(to, CALLER, c, NEXT(fputwc_unlocked)(c, f));
}

EXPORT wint_t putwc_unlocked(wchar_t c, FILE *f)
{
	enum output to = TO(f);

	return put(to, CALLER, c, NEXT(putwc_unlocked)(c, f));
}

EXPORT wint_t putwchar_unlocked(wchar_t c)
{
	enum output to = TO(stdout);

	return put(to, CALLER, c, NEXT(putwchar_unlocked)(c));
}

#define PLAIN (-1) /* no _chk */

static int print(FILE *f, int flag, const wchar_t *format, va_list ap,
		 void *ret, void *frame)
{
	enum output to = output_of(written_stream(f));
	int n = flag == PLAIN ? NEXT(vfwprintf)(f, format, ap)
			      : NEXT(__vfwprintf_chk)(f, flag, format, ap);

	if (to > OUTPUT_NONE)
		written_unseen(to, ret, frame, n);
	return n;
}

#define PRINT(f, flag)                                                         \
	({                                                                     \
		va_list ap;                                                    \
		int n;                                                         \
                                                                               \
		va_start(ap, format);                                          \
		n = print(f, flag, format, ap, CALLER);                        \
		va_end(ap);                                                    \
		n;                                                             \
	})

EXPORT int vfwprintf(FILE *restrict f, const wchar_t *restrict format,
		     va_list ap)
{
	return print(f, PLAIN, format, ap, CALLER);
}

EXPORT int vwprintf(const wchar_t *restrict format, va_list ap)
{
	return print(stdout, PLAIN, format, ap, CALLER);
}

EXPORT int wprintf(const wchar_t *restrict format, ...)
{
	return PRINT(stdout, PLAIN);
}

EXPORT int fwprintf(FILE *restrict f, const wchar_t *restrict format, ...)
{
	return PRINT(f, PLAIN);
}

EXPORT int __vfwprintf_chk(FILE *f, int flag, const wchar_t *format, va_list ap)
{
	return print(f, flag, format, ap, CALLER);
}

EXPORT int __vwprintf_chk(int flag, const wchar_t *format, va_list ap)
{
	return print(stdout, flag, format, ap, CALLER);
}

EXPORT int __wprintf_chk(int flag, const wchar_t *format, ...)
{
	return PRINT(stdout, flag);
}

EXPORT int __fwprintf_chk(FILE *f, int flag, const wchar_t *format, ...)
{
	return PRINT(f, flag);
}
