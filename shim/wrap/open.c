/* SPDX-License-Identifier: MIT */
/*
 * Opening files by descriptor. What was opened tells whether it is a source:
 * wrap/device.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>

#include "call.h"
#include "device.h"
#include "real.h"
#include "wrap.h"
#include "banned.h"

/* What _FORTIFY_SOURCE makes of them; no header declares these here. */
int __open_2(const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);

HOOK(open);
HOOK(openat);
HOOK(creat);
HOOK(__open_2);
HOOK(__openat_2);

struct source *file_opened(int fd, const char *path, int flags, void *ret,
			   void *frame)
{
	if (fd < 0 || (flags & O_ACCMODE) == O_WRONLY ||
	    flags & (O_PATH | O_DIRECTORY))
		return NULL;
	return device_opened(fd, path, ret, frame);
}

/* Called before the shim is bound, too: allocators read files early. */
static int early_open(int dir, const char *path, int flags, mode_t mode)
{
	long fd = sys4(SYS_openat, dir, path, flags, mode);

	if (fd >= 0)
		return (int)fd;
	errno = (int)-fd;
	return -1;
}

/* The argument that is only there where a file may be made. */
static mode_t mode_of(int flags, va_list ap)
{
	if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE)
		return va_arg(ap, mode_t);
	return 0;
}

EXPORT int open(const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;
	int fd;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	if (__builtin_expect(real_open != NULL, 1))
		fd = real_open(path, flags, mode);
	else
		fd = early_open(AT_FDCWD, path, flags, mode);
	file_opened(fd, path, flags, CALLER);
	return fd;
}

EXPORT int openat(int dir, const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;
	int fd;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	if (__builtin_expect(real_openat != NULL, 1))
		fd = real_openat(dir, path, flags, mode);
	else
		fd = early_open(dir, path, flags, mode);
	file_opened(fd, path, flags, CALLER);
	return fd;
}

EXPORT int creat(const char *path, mode_t mode)
{
	int fd = NEXT(creat)(path, mode);

	file_opened(fd, path, O_CREAT | O_WRONLY | O_TRUNC, CALLER);
	return fd;
}

EXPORT int __open_2(const char *path, int flags)
{
	int fd = NEXT(__open_2)(path, flags);

	file_opened(fd, path, flags, CALLER);
	return fd;
}

EXPORT int __openat_2(int dir, const char *path, int flags)
{
	int fd = NEXT(__openat_2)(dir, path, flags);

	file_opened(fd, path, flags, CALLER);
	return fd;
}

ALIAS(open64, open);
ALIAS(__open, open);
ALIAS(__open64, open);
ALIAS(openat64, openat);
ALIAS(creat64, creat);
ALIAS(__open64_2, __open_2);
ALIAS(__openat64_2, __openat_2);
