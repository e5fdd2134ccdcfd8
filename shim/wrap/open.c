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
#include "opened.h"
#include "output.h"
#include "procfs.h"
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
	struct stat st;

	output_forget(fd);
	if (!process.active || fd < 0 || flags & (O_PATH | O_DIRECTORY) ||
	    !sys_fstat(fd, &st))
		return NULL;
	output_opened(fd, &st);
	opened_file(fd, path, flags, &st);
	if ((flags & O_ACCMODE) == O_WRONLY)
		return NULL;
	return device_opened(fd, path, &st, ret, frame);
}

struct opening {
	enum { OPEN, OPENAT, CREAT, OPEN_2, OPENAT_2 } by;
	int dir;
	const char *path;
	int flags;
	mode_t mode;
};

/* Before the shim is bound: allocators read files that early. */
static int early_open(const struct opening *o)
{
	long fd = sys4(SYS_openat, o->dir, o->path, o->flags, o->mode);

	if (fd >= 0)
		return (int)fd;
	errno = (int)-fd;
	return -1;
}

/* By the function of the same name, as another wrapper may wait for it. */
static int go_on(const struct opening *o)
{
	switch (o->by) {
	case OPEN:
		return real_open ? real_open(o->path, o->flags, o->mode)
				 : early_open(o);
	case OPENAT:
		return real_openat ? real_openat(o->dir, o->path, o->flags,
						 o->mode)
				   : early_open(o);
	case CREAT:
		return NEXT(creat)(o->path, o->mode);
	case OPEN_2:
		return NEXT(__open_2)(o->path, o->flags);
	case OPENAT_2:
		return NEXT(__openat_2)(o->dir, o->path, o->flags);
	}
	__builtin_unreachable();
}

/* Every function that opens by a name goes through here. */
static int open_file(struct opening o, void *ret, void *frame)
{
	const char *path = o.path;
	char real[PROCFS_PATH];
	int fd;

	o.path = procfs_path(path, real);
	fd = procfs_opened(go_on(&o), path, o.flags);
	file_opened(fd, path, o.flags, ret, frame);
	return fd;
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
	struct opening o = { OPEN, AT_FDCWD, path, flags, 0 };
	va_list ap;

	va_start(ap, flags);
	o.mode = mode_of(flags, ap);
	va_end(ap);
	return open_file(o, CALLER);
}

EXPORT int openat(int dir, const char *path, int flags, ...)
{
	struct opening o = { OPENAT, dir, path, flags, 0 };
	va_list ap;

	va_start(ap, flags);
	o.mode = mode_of(flags, ap);
	va_end(ap);
	return open_file(o, CALLER);
}

EXPORT int creat(const char *path, mode_t mode)
{
	struct opening o = { CREAT, AT_FDCWD, path,
			     O_CREAT | O_WRONLY | O_TRUNC, mode };

	return open_file(o, CALLER);
}

EXPORT int __open_2(const char *path, int flags)
{
	struct opening o = { OPEN_2, AT_FDCWD, path, flags, 0 };

	return open_file(o, CALLER);
}

EXPORT int __openat_2(int dir, const char *path, int flags)
{
	struct opening o = { OPENAT_2, dir, path, flags, 0 };

	return open_file(o, CALLER);
}

ALIAS(open64, open);
ALIAS(__open, open);
ALIAS(__open64, open);
ALIAS(openat64, openat);
ALIAS(creat64, creat);
ALIAS(__open64_2, __open_2);
ALIAS(__openat64_2, __openat_2);
