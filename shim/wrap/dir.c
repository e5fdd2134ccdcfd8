/* SPDX-License-Identifier: MIT */
/* The names in a directory, in order (dir.h). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "call.h"
#include "dir.h"
#include "procfs.h"
#include "real.h"

/* scandir's caller frees what it gets. */
static void *heap(size_t size)
{
	return malloc(size);
}

#include "banned.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* readdir_r */

#define ROW(fn, text)                                                          \
	SOURCE(fn, .group = "files", .policy = SB_FORCE, .names = 1,           \
	       .doc = text)

ROW(readdir, "the next name in a directory");
ROW(readdir_r, "the next name in a directory");
ROW(scandir, "the names in a directory");
ROW(scandirat, "the names in a directory");
SOURCE(glob, .group = "files", .policy = SB_FORCE, .names = 1,
       .version = "GLIBC_2.27", .doc = "names that match a pattern");
ROW(getdents64, "names in a directory, by descriptor");
ROW(getdirentries, "names in a directory, by descriptor");

/* Nothing comes of these that differs. */
HOOK(opendir);
HOOK(fdopendir);
HOOK(closedir);
HOOK(rewinddir);
HOOK(telldir);
HOOK(seekdir);

EXPORT DIR *opendir(const char *path)
{
	char real[PROCFS_PATH];
	DIR *dir = NEXT(opendir)(procfs_path(path, real));

	dir_opened(dir);
	return dir;
}

EXPORT DIR *fdopendir(int fd)
{
	DIR *dir = NEXT(fdopendir)(fd);

	dir_opened(dir);
	return dir;
}

EXPORT int closedir(DIR *dir)
{
	dir_closing(dir);
	return NEXT(closedir)(dir);
}

EXPORT void rewinddir(DIR *dir)
{
	dir_rewind(dir);
	NEXT(rewinddir)(dir);
}

EXPORT long telldir(DIR *dir)
{
	long at = dir_tell(dir);

	return at < 0 ? NEXT(telldir)(dir) : at;
}

EXPORT void seekdir(DIR *dir, long at)
{
	if (!dir_seek(dir, at))
		NEXT(seekdir)(dir, at);
}

/* A raw call's, as libc has it. */
static long result(long ret)
{
	if (ret >= 0)
		return ret;
	errno = (int)-ret;
	return -1;
}

static uint64_t digest_entry(const struct dirent *e)
{
	return e ? entry_digest(e) : 0;
}

static struct dirent *next(DIR *dir)
{
	struct dirent *e;
	int error = dir_next(dir, &e);

	if (error < 0)
		return real_readdir(dir);
	if (error)
		errno = error;
	return e;
}

EXPORT struct dirent *readdir(DIR *dir)
{
	struct call c;
	bool force = CALL(&c, readdir) == SB_FORCE;
	struct dirent *e = force ? next(dir) : real_readdir(dir);

	call_end(&c, digest_entry(e), 0);
	return e;
}

ALIAS(readdir64, readdir);

/* Names longer than a struct has room for are left out. */
static int next_into(DIR *dir, struct dirent *into, struct dirent **result)
{
	struct dirent *e;
	int error;

	do
		error = dir_next(dir, &e);
	while (!error && e && e->d_reclen > sizeof(*e));
	if (error < 0)
		return real_readdir_r(dir, into, result);
	*result = e ? into : NULL;
	if (e)
		memcpy(into, e, e->d_reclen);
	return error;
}

EXPORT int readdir_r(DIR *restrict dir, struct dirent *restrict into,
		     struct dirent **restrict result)
{
	struct call c;
	bool force = CALL(&c, readdir_r) == SB_FORCE;
	int ret = force ? next_into(dir, into, result)
			: real_readdir_r(dir, into, result);

	call_end(&c, ret ? 0 : digest_entry(*result), 0);
	return ret;
}

ALIAS(readdir64_r, readdir_r);

typedef int filter(const struct dirent *);
typedef int compare(const struct dirent **, const struct dirent **);

/* Merges two sorted neighbours; equal ones keep their order. */
static void merge(struct dirent **list, struct dirent **spare, size_t half,
		  size_t n, compare *cmp)
{
	size_t a = 0, b = half, k = 0;

	memcpy(spare, list, half * sizeof(*list));
	while (a < half && b < n)
		if (cmp((const struct dirent **)&list[b],
			(const struct dirent **)&spare[a]) < 0)
			list[k++] = list[b++];
		else
			list[k++] = spare[a++];
	memcpy(list + k, spare + a, (half - a) * sizeof(*list));
}

static void sort(struct dirent **list, struct dirent **spare, size_t n,
		 compare *cmp)
{
	size_t half = n / 2;

	if (n < 2)
		return;
	sort(list, spare, half, cmp);
	sort(list + half, spare, n - half, cmp);
	merge(list, spare, half, n, cmp);
}

/* Keeps those that the filter wants. */
static size_t choose(struct listing *l, filter *want)
{
	size_t n = 0;

	for (size_t i = 0; i < l->count; i++) {
		l->item[i].entry->d_off = (off_t)i + 1;
		if (!want || want(l->item[i].entry))
			l->item[n++] = l->item[i];
	}
	return n;
}

static void give_back(struct dirent **list, size_t n)
{
	while (n)
		free(list[--n]);
	free(list);
}

/* Copies for the caller; NULL: no memory. */
static struct dirent **copies(const struct item *item, size_t n)
{
	struct dirent **list = heap((n + !n) * sizeof(*list));

	for (size_t i = 0; list && i < n; i++) {
		size_t size = item[i].entry->d_reclen;

		list[i] = heap(size);
		if (!list[i]) {
			give_back(list, i);
			return NULL;
		}
		memcpy(list[i], item[i].entry, size);
	}
	return list;
}

/* As scandir(3), sorted by name first: what the program's order has as equal
 * stays in that order. 0 or an errno. */
static int scan_listing(struct listing *l, struct dirent ***out, int *n,
			filter *want, compare *cmp)
{
	size_t count;

	if (l->error)
		return -l->error;
	count = choose(l, want);
	*out = copies(l->item, count);
	if (!*out)
		return ENOMEM;
	if (cmp)
		sort(*out, (struct dirent **)l->item, count, cmp);
	*n = (int)count;
	return 0;
}

#define DIRECTORY (O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK)

static int scan(int at, const char *path, struct dirent ***out, filter *want,
		compare *cmp)
{
	long fd = sys3(SYS_openat, at, path, DIRECTORY);
	struct listing l;
	int n = -1, error;
	bool read;

	if (fd < 0)
		return (int)result(fd);
	read = listing_read(&l, (int)fd);
	sys1(SYS_close, fd);
	if (!read) {
		dir_unordered();
		return real_scandirat(at, path, out, want, cmp);
	}
	error = scan_listing(&l, out, &n, want, cmp);
	listing_drop(&l);
	return error ? (int)result(-error) : n;
}

static uint64_t digest_entries(struct dirent **list, int n)
{
	uint64_t digest = 0;

	for (int i = 0; i < n; i++)
		digest = digest_word(digest, entry_digest(list[i]));
	return digest;
}

EXPORT int scandirat(int at, const char *restrict path,
		     struct dirent ***restrict out, filter *want, compare *cmp)
{
	struct call c;
	bool force = CALL(&c, scandirat) == SB_FORCE;
	int n = force ? scan(at, path, out, want, cmp)
		      : real_scandirat(at, path, out, want, cmp);

	call_end(&c, n < 0 ? 0 : digest_entries(*out, n), 0);
	return n;
}

ALIAS(scandirat64, scandirat);

EXPORT int scandir(const char *restrict path, struct dirent ***restrict out,
		   filter *want, compare *cmp)
{
	struct call c;
	bool force = CALL(&c, scandir) == SB_FORCE;
	int n = force ? scan(AT_FDCWD, path, out, want, cmp)
		      : real_scandir(path, out, want, cmp);

	call_end(&c, n < 0 ? 0 : digest_entries(*out, n), 0);
	return n;
}

ALIAS(scandir64, scandir);

/*
 * glob() sorts by itself, unless it was told not to; then, and in the order in
 * which it reports errors, it shows the order of the directory. It takes the
 * functions to read one with.
 */
static void *glob_opendir(const char *path)
{
	return opendir(path);
}

static struct dirent *glob_readdir(void *dir)
{
	return next(dir);
}

static void glob_closedir(void *dir)
{
	closedir(dir);
}

static int glob_stat(const char *restrict path, struct stat *restrict st)
{
	char real[PROCFS_PATH];

	return (int)result(sys4(SYS_newfstatat, AT_FDCWD,
				procfs_path(path, real), st, 0));
}

static int glob_lstat(const char *restrict path, struct stat *restrict st)
{
	char real[PROCFS_PATH];

	return (int)result(sys4(SYS_newfstatat, AT_FDCWD,
				procfs_path(path, real), st,
				AT_SYMLINK_NOFOLLOW));
}

static int glob_in_order(const char *pattern, int flags,
			 int (*failed)(const char *, int), glob_t *g)
{
	glob_t was = *g;
	int ret;

	g->gl_opendir = glob_opendir;
	g->gl_readdir = glob_readdir;
	g->gl_closedir = glob_closedir;
	g->gl_stat = glob_stat;
	g->gl_lstat = glob_lstat;
	ret = real_glob(pattern, flags | GLOB_ALTDIRFUNC, failed, g);
	g->gl_flags &= ~GLOB_ALTDIRFUNC;
	g->gl_opendir = was.gl_opendir;
	g->gl_readdir = was.gl_readdir;
	g->gl_closedir = was.gl_closedir;
	g->gl_stat = was.gl_stat;
	g->gl_lstat = was.gl_lstat;
	return ret;
}

static uint64_t digest_paths(const glob_t *g, int flags)
{
	size_t first = flags & GLOB_DOOFFS ? g->gl_offs : 0;
	uint64_t digest = 0;

	for (size_t i = 0; i < g->gl_pathc; i++)
		digest = digest_word(digest,
				     digest_string(g->gl_pathv[first + i]));
	return digest;
}

/* Functions of the program's own stay its own. */
EXPORT int glob(const char *restrict pattern, int flags,
		int (*failed)(const char *, int), glob_t *restrict g)
{
	struct call c;
	bool ours = CALL(&c, glob) == SB_FORCE && !(flags & GLOB_ALTDIRFUNC);
	int ret = ours ? glob_in_order(pattern, flags, failed, g)
		       : real_glob(pattern, flags, failed, g);

	call_end(&c, ret ? 0 : digest_paths(g, flags), 0);
	return ret;
}

ALIAS(glob64, glob);

EXPORT ssize_t getdents64(int fd, void *buf, size_t len)
{
	struct call c;
	ssize_t n;

	if (CALL(&c, getdents64) == SB_FORCE)
		n = result(dir_getdents(fd, buf, len, false));
	else
		n = real_getdents64(fd, buf, len);
	call_end(&c, dir_digest(buf, n, false), 0);
	return n;
}

EXPORT ssize_t getdirentries(int fd, char *restrict buf, size_t len,
			     off_t *restrict base)
{
	struct call c;
	ssize_t n;

	if (CALL(&c, getdirentries) == SB_FORCE) {
		*base = result(sys3(SYS_lseek, fd, 0, SEEK_CUR));
		n = *base < 0 ? -1 : result(dir_getdents(fd, buf, len, false));
	} else {
		n = real_getdirentries(fd, buf, len, base);
	}
	call_end(&c, dir_digest(buf, n, false), 0);
	return n;
}

ALIAS(getdirentries64, getdirentries);
