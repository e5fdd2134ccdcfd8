/* SPDX-License-Identifier: MIT */
/*
 * Formatted writing. What was made of the format stands in the stream's buffer
 * afterwards, where nothing was written out in between; else it is formatted
 * once more for the digest. Other threads are kept off the stream meanwhile, as
 * libc would do.
 */
#define SAMEBITS_HOOKS_STDIO
#define __NO_INLINE__ /* no bodies of these in headers */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/single_threaded.h>

#include "call.h"
#include "written.h"

/* What _FORTIFY_SOURCE makes of them; no header declares these here. */
int __printf_chk(int flag, const char *format, ...);
int __fprintf_chk(FILE *f, int flag, const char *format, ...);
int __vprintf_chk(int flag, const char *format, va_list ap);
int __vfprintf_chk(FILE *f, int flag, const char *format, va_list ap);
int __dprintf_chk(int fd, int flag, const char *format, ...);
int __vdprintf_chk(int fd, int flag, const char *format, va_list ap);
#include "banned.h"

HOOK(printf);
HOOK(fprintf);
HOOK(vprintf);
HOOK(vfprintf);
HOOK(dprintf);
HOOK(vdprintf);
HOOK(__printf_chk);
HOOK(__fprintf_chk);
HOOK(__vprintf_chk);
HOOK(__vfprintf_chk);
HOOK(__dprintf_chk);
HOOK(__vdprintf_chk);
HOOK(perror);

#define PLAIN (-1) /* no _chk */

struct print {
	bool stream; /* f, which may be wrongly NULL; else fd */
	FILE *f;
	int fd;
	int flag; /* of the _chk functions, or PLAIN */
	const char *format;
};

static int go_on(const struct print *p, va_list ap)
{
	if (!p->stream && p->flag == PLAIN)
		return NEXT(vdprintf)(p->fd, p->format, ap);
	if (!p->stream)
		return NEXT(__vdprintf_chk)(p->fd, p->flag, p->format, ap);
	if (p->flag == PLAIN)
		return NEXT(vfprintf)(p->f, p->format, ap);
	return NEXT(__vfprintf_chk)(p->f, p->flag, p->format, ap);
}

#define SMALL 512		 /* on the stack */
#define LARGE ((size_t)64 << 20) /* what is beyond has no digest */

/* Of `n` bytes that the format makes, once more; error: what %m shows. */
static uint64_t digest_again(const char *format, va_list ap, size_t n,
			     int error)
{
	char small[SMALL], *text = small;
	size_t room = (n < LARGE ? n : LARGE) + 1;
	int saved = errno;
	uint64_t digest;
	long p;

	if (room > sizeof(small)) {
		p = sys6(SYS_mmap, NULL, room, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p < 0 && p > -4096)
			return 0;
		text = (char *)p;
	}
	errno = error;
	vsnprintf(text, room, format, ap);
	errno = saved;
	digest = digest_of(text, room - 1);
	if (text != small)
		sys2(SYS_munmap, text, room);
	return digest;
}

static size_t held(const FILE *f)
{
	return (size_t)(f->_IO_write_ptr - f->_IO_write_base);
}

/* *seen: the digest of what was written is known. */
static int print_held(const struct print *p, va_list ap, uint64_t *digest,
		      bool *seen)
{
	size_t before = held(p->f);
	int n = go_on(p, ap);

	*seen = n >= 0 && held(p->f) == before + (size_t)n;
	if (*seen)
		*digest = digest_of(p->f->_IO_write_ptr - n, (size_t)n);
	return n;
}

static void unlock(void *f)
{
	funlockfile(f);
}

static int print_locked(const struct print *p, va_list ap, uint64_t *digest,
			bool *seen)
{
	int n;

	flockfile(p->f);
	pthread_cleanup_push(unlock, p->f);
	n = print_held(p, ap, digest, seen);
	pthread_cleanup_pop(1);
	return n;
}

static int print(const struct print *p, va_list ap, void *ret, void *frame)
{
	enum output to = output_of(p->stream ? written_stream(p->f) : p->fd);
	uint64_t digest = 0;
	int error = errno, n;
	bool seen = false;
	va_list again;

	if (p->stream)
		written_look(p->f);
	else
		turn_look();
	if (to <= OUTPUT_NONE)
		return go_on(p, ap);
	va_copy(again, ap);
	if (!p->stream)
		n = go_on(p, ap);
	else if (__libc_single_threaded)
		n = print_held(p, ap, &digest, &seen);
	else
		n = print_locked(p, ap, &digest, &seen);
	if (!seen && n > 0)
		digest = digest_again(p->format, again, (size_t)n, error);
	va_end(again);
	written(to, ret, frame, digest, n > 0 ? (uint64_t)n : 0);
	return n;
}

#define PRINT(...)                                                             \
	({                                                                     \
		const struct print p = { __VA_ARGS__ };                        \
		va_list ap;                                                    \
		int n;                                                         \
                                                                               \
		va_start(ap, format);                                          \
		n = print(&p, ap, CALLER);                                     \
		va_end(ap);                                                    \
		n;                                                             \
	})

EXPORT int vfprintf(FILE *restrict f, const char *restrict format, va_list ap)
{
	const struct print p = { true, f, -1, PLAIN, format };

	return print(&p, ap, CALLER);
}

EXPORT int vprintf(const char *restrict format, va_list ap)
{
	const struct print p = { true, stdout, -1, PLAIN, format };

	return print(&p, ap, CALLER);
}

EXPORT int vdprintf(int fd, const char *restrict format, va_list ap)
{
	const struct print p = { false, NULL, fd, PLAIN, format };

	return print(&p, ap, CALLER);
}

EXPORT int printf(const char *restrict format, ...)
{
	return PRINT(true, stdout, -1, PLAIN, format);
}

EXPORT int fprintf(FILE *restrict f, const char *restrict format, ...)
{
	return PRINT(true, f, -1, PLAIN, format);
}

EXPORT int dprintf(int fd, const char *restrict format, ...)
{
	return PRINT(false, NULL, fd, PLAIN, format);
}

EXPORT int __vfprintf_chk(FILE *f, int flag, const char *format, va_list ap)
{
	const struct print p = { true, f, -1, flag, format };

	return print(&p, ap, CALLER);
}

EXPORT int __vprintf_chk(int flag, const char *format, va_list ap)
{
	const struct print p = { true, stdout, -1, flag, format };

	return print(&p, ap, CALLER);
}

EXPORT int __vdprintf_chk(int fd, int flag, const char *format, va_list ap)
{
	const struct print p = { false, NULL, fd, flag, format };

	return print(&p, ap, CALLER);
}

EXPORT int __printf_chk(int flag, const char *format, ...)
{
	return PRINT(true, stdout, -1, flag, format);
}

EXPORT int __fprintf_chk(FILE *f, int flag, const char *format, ...)
{
	return PRINT(true, f, -1, flag, format);
}

EXPORT int __dprintf_chk(int fd, int flag, const char *format, ...)
{
	return PRINT(false, NULL, fd, flag, format);
}

static uint64_t digest_format(size_t n, int error, const char *format, ...)
{
	uint64_t digest;
	va_list ap;

	va_start(ap, format);
	digest = digest_again(format, ap, n, error);
	va_end(ap);
	return digest;
}

EXPORT void perror(const char *s)
{
	enum output to = output_of(written_stream(stderr));
	const char *between = s && *s ? ": " : "";
	int error = errno;
	char none[1];
	int n;

	NEXT(perror)(s);
	if (to <= OUTPUT_NONE)
		return;
	s = s ? s : "";
	errno = error;
	n = snprintf(none, 0, "%s%s%m\n", s, between);
	written(to, CALLER,
		digest_format((size_t)n, error, "%s%s%m\n", s, between),
		(uint64_t)n);
}

ALIAS(_IO_vfprintf, vfprintf);
ALIAS(_IO_printf, printf);
ALIAS(_IO_fprintf, fprintf);
