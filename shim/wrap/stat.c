/* SPDX-License-Identifier: MIT */
/* What a file's times are. Numbers, owners and sizes stay real. */
#include <fcntl.h>
#include <sys/stat.h>

#include "call.h"
#include "filetime.h"
#include "ltime.h"
#include "procfs.h"
#include "banned.h"

#define ROW(fn, text)                                                          \
	SOURCE(fn, .group = "files", .policy = SB_FORCE, .timed = 1,           \
	       .doc = "times of " text)

/* What objects linked before glibc 2.33 call; `version` is that of the
 * structure, of which x86-64 has but one. */
int __xstat(int version, const char *path, struct stat *st);
int __lxstat(int version, const char *path, struct stat *st);
int __fxstat(int version, int fd, struct stat *st);
int __fxstatat(int version, int dir, const char *path, struct stat *st,
	       int flags);

ROW(stat, "a file");
ROW(lstat, "a file or link");
ROW(fstat, "an open file");
ROW(fstatat, "a file by its directory");
ROW(statx, "a file, chosen ones");
ROW(__xstat, "a file, of an older glibc");
ROW(__lxstat, "a file or link, of an older glibc");
ROW(__fxstat, "an open file, of an older glibc");
ROW(__fxstatat, "a file by its directory, of an older glibc");

static uint64_t modified(const struct timespec *ts)
{
	return (uint64_t)ts->tv_sec * LTIME_SECOND + (uint64_t)ts->tv_nsec;
}

static int end(struct call *c, bool force, int ret, struct stat *st, bool named)
{
	uint64_t value = 0;

	if (ret == 0)
		value = force ? filetime_stat(c->self, st, named)
			      : modified(&st->st_mtim);
	call_end(c, value, 0);
	return ret;
}

/* The system call, for calls that come before libc's functions are found. */
static int raw(long dir, const char *path, struct stat *st, int flags)
{
	return sys_result(sys4(SYS_newfstatat, dir, path, st, flags));
}

EXPORT int stat(const char *restrict path, struct stat *restrict st)
{
	char real[PROCFS_PATH];
	const char *name = procfs_path(path, real);
	struct call c;
	bool force = CALL(&c, stat) == SB_FORCE;
	int ret = real_stat ? real_stat(name, st) : raw(AT_FDCWD, name, st, 0);

	return end(&c, force, ret, st, true);
}

EXPORT int lstat(const char *restrict path, struct stat *restrict st)
{
	char real[PROCFS_PATH];
	const char *name = procfs_path(path, real);
	struct call c;
	bool force = CALL(&c, lstat) == SB_FORCE;
	int ret = real_lstat ? real_lstat(name, st)
			     : raw(AT_FDCWD, name, st, AT_SYMLINK_NOFOLLOW);

	return end(&c, force, ret, st, true);
}

EXPORT int fstat(int fd, struct stat *st)
{
	struct call c;
	bool force = CALL(&c, fstat) == SB_FORCE;
	int ret = real_fstat ? real_fstat(fd, st)
			     : raw(fd, "", st, AT_EMPTY_PATH);

	return end(&c, force, ret, st, false);
}

/* An empty name is the open file itself. */
EXPORT int fstatat(int dir, const char *restrict path,
		   struct stat *restrict st, int flags)
{
	char real[PROCFS_PATH];
	const char *name = procfs_path(path, real);
	struct call c;
	bool force = CALL(&c, fstatat) == SB_FORCE;
	int ret = real_fstatat ? real_fstatat(dir, name, st, flags)
			       : raw(dir, name, st, flags);

	return end(&c, force, ret, st, !(flags & AT_EMPTY_PATH));
}

EXPORT int __xstat(int version, const char *path, struct stat *st)
{
	char real[PROCFS_PATH];
	const char *name = procfs_path(path, real);
	struct call c;
	bool force = CALL(&c, __xstat) == SB_FORCE;
	int ret = real___xstat ? real___xstat(version, name, st)
			       : raw(AT_FDCWD, name, st, 0);

	return end(&c, force, ret, st, true);
}

EXPORT int __lxstat(int version, const char *path, struct stat *st)
{
	char real[PROCFS_PATH];
	const char *name = procfs_path(path, real);
	struct call c;
	bool force = CALL(&c, __lxstat) == SB_FORCE;
	int ret = real___lxstat ? real___lxstat(version, name, st)
				: raw(AT_FDCWD, name, st, AT_SYMLINK_NOFOLLOW);

	return end(&c, force, ret, st, true);
}

EXPORT int __fxstat(int version, int fd, struct stat *st)
{
	struct call c;
	bool force = CALL(&c, __fxstat) == SB_FORCE;
	int ret = real___fxstat ? real___fxstat(version, fd, st)
				: raw(fd, "", st, AT_EMPTY_PATH);

	return end(&c, force, ret, st, false);
}

EXPORT int __fxstatat(int version, int dir, const char *path, struct stat *st,
		      int flags)
{
	char real[PROCFS_PATH];
	const char *name = procfs_path(path, real);
	struct call c;
	bool force = CALL(&c, __fxstatat) == SB_FORCE;
	int ret = real___fxstatat ? real___fxstatat(version, dir, name, st,
						    flags)
				  : raw(dir, name, st, flags);

	return end(&c, force, ret, st, !(flags & AT_EMPTY_PATH));
}

EXPORT int statx(int dir, const char *restrict path, int flags, unsigned mask,
		 struct statx *restrict st)
{
	char real[PROCFS_PATH];
	const char *name = procfs_path(path, real);
	struct call c;
	bool force = CALL(&c, statx) == SB_FORCE;
	uint64_t value = 0;
	int ret;

	if (force)
		mask |= FILETIME_NEEDS;
	ret = real_statx ? real_statx(dir, name, flags, mask, st)
			 : sys_result(sys_call(SYS_statx, dir, (long)name,
					       flags, mask, (long)st, 0));
	if (ret == 0)
		value = force ? filetime_statx(c.self, st,
					       !(flags & AT_EMPTY_PATH))
			      : (uint64_t)st->stx_mtime.tv_sec * LTIME_SECOND +
					st->stx_mtime.tv_nsec;
	call_end(&c, value, 0);
	return ret;
}

ALIAS(stat64, stat);
ALIAS(lstat64, lstat);
ALIAS(fstat64, fstat);
ALIAS(fstatat64, fstatat);
ALIAS(__xstat64, __xstat);
ALIAS(__lxstat64, __lxstat);
ALIAS(__fxstat64, __fxstat);
ALIAS(__fxstatat64, __fxstatat);
