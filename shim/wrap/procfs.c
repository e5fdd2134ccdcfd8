/* SPDX-License-Identifier: MIT */
/* Names of processes in /proc, in calls that take a path and are no sources. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "call.h"
#include "procfs.h"
#include "real.h"
#include "banned.h"

HOOK(readlink);
HOOK(readlinkat);
HOOK(access);
HOOK(faccessat);
HOOK(chdir);

/* The system calls are those of libc: filters may allow no others. */
EXPORT ssize_t readlink(const char *restrict path, char *restrict out,
			size_t size)
{
	char real[PROCFS_PATH];
	long n = procfs_self(path, out, size);

	if (n >= 0)
		return n;
	return sys_result(
		sys3(SYS_readlink, procfs_path(path, real), out, size));
}

EXPORT ssize_t readlinkat(int dir, const char *restrict path,
			  char *restrict out, size_t size)
{
	char real[PROCFS_PATH];
	long n = procfs_self(path, out, size);

	if (n >= 0)
		return n;
	return sys_result(sys4(SYS_readlinkat, dir, procfs_path(path, real),
			       out, size));
}

EXPORT int access(const char *path, int mode)
{
	char real[PROCFS_PATH];

	return sys_result(sys2(SYS_access, procfs_path(path, real), mode));
}

/* Its flags are libc's to serve. */
EXPORT int faccessat(int dir, const char *path, int mode, int flags)
{
	char real[PROCFS_PATH];

	return NEXT(faccessat)(dir, procfs_path(path, real), mode, flags);
}

EXPORT int chdir(const char *path)
{
	char real[PROCFS_PATH];

	return sys_result(sys1(SYS_chdir, procfs_path(path, real)));
}

/* What _FORTIFY_SOURCE makes of them: `room` is the size of out. */
ssize_t __readlink_chk(const char *path, char *out, size_t size, size_t room);
EXPORT ssize_t __readlink_chk(const char *path, char *out, size_t size,
			      size_t room)
{
	if (room < size)
		__builtin_trap();
	return readlink(path, out, size);
}

ssize_t __readlinkat_chk(int dir, const char *path, char *out, size_t size,
			 size_t room);
EXPORT ssize_t __readlinkat_chk(int dir, const char *path, char *out,
				size_t size, size_t room)
{
	if (room < size)
		__builtin_trap();
	return readlinkat(dir, path, out, size);
}

ALIAS(__readlink, readlink);
