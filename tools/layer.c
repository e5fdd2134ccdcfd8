/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "layer.h"

/* One level of a walk: called for each name of a directory. */
typedef int visit_fn(int dir, const char *name, void *arg);

static int walk(int dir, visit_fn *visit, void *arg)
{
	DIR *d = fdopendir(dup(dir));
	struct dirent *e;
	int ret = 0, one;

	if (!d)
		return -errno;
	rewinddir(d);
	while ((errno = 0, e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		one = visit(dir, e->d_name, arg);
		if (!ret)
			ret = one;
	}
	if (!ret && errno)
		ret = -errno;
	closedir(d);
	return ret;
}

static int open_dir(int dir, const char *name)
{
	int fd = openat(dir, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* ---- removing ---- */

static int remove_entry(int dir, const char *name, void *arg)
{
	int fd, ret = 0;

	(void)arg;
	if (!unlinkat(dir, name, 0))
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return errno == ENOENT ? 0 : -errno;
	fd = open_dir(dir, name);
	if (fd == -EACCES) { /* a program may have closed its own directory */
		if (fchmodat(dir, name, 0700, 0))
			return -errno;
		fd = open_dir(dir, name);
	}
	if (fd < 0)
		return fd;
	if (fchmod(fd, 0700))
		ret = -errno;
	else
		ret = walk(fd, remove_entry, NULL);
	close(fd);
	return unlinkat(dir, name, AT_REMOVEDIR) ? -errno : ret;
}

int layer_remove(const char *path)
{
	return remove_entry(AT_FDCWD, path, NULL);
}

/* ---- what is left out ---- */

struct left_out {
	dev_t dev;
	ino_t ino;
};

static struct left_out leave_out(const char *except)
{
	struct stat st;

	if (!except || stat(except, &st))
		return (struct left_out){ 0, 0 };
	return (struct left_out){ st.st_dev, st.st_ino };
}

static bool is_left_out(const struct left_out *o, const struct stat *st)
{
	return o->ino && o->ino == st->st_ino && o->dev == st->st_dev;
}

/* ---- size ---- */

struct sizing {
	struct left_out out;
	unsigned long long most, size;
};

static int size_entry(int dir, const char *name, void *arg)
{
	struct sizing *s = arg;
	struct stat st;
	int fd;

	if (s->size > s->most || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return 0;
	if (S_ISREG(st.st_mode))
		s->size += (unsigned long long)st.st_size;
	if (!S_ISDIR(st.st_mode) || is_left_out(&s->out, &st))
		return 0;
	fd = open_dir(dir, name);
	if (fd < 0)
		return 0; /* whoever copies it will say why not */
	walk(fd, size_entry, s);
	close(fd);
	return 0;
}

int layer_size(const char *path, const char *except, unsigned long long most,
	       unsigned long long *size)
{
	struct sizing s = { leave_out(except), most, 0 };
	int ret = size_entry(AT_FDCWD, path, &s);

	*size = s.size;
	return ret;
}

/* ---- copying ---- */

/* What is the overlay's own says nothing outside of it. */
static bool of_overlay(const char *name)
{
	return !strncmp(name, "trusted.overlay.", 16) ||
	       !strncmp(name, "user.overlay.", 13);
}

static void copy_attributes(int from, int to)
{
	char names[4096], value[65536];
	ssize_t n = flistxattr(from, names, sizeof(names));

	for (char *name = names; n > 0 && name < names + n;
	     name += strlen(name) + 1) {
		ssize_t size = fgetxattr(from, name, value, sizeof(value));

		if (size >= 0 && !of_overlay(name))
			fsetxattr(to, name, value, (size_t)size, 0);
	}
}

/* Times last: they would be changed by the rest. */
static void copy_marks(int fd, const struct stat *st)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };

	if (fchown(fd, st->st_uid, st->st_gid))
		errno = 0; /* another user's: ours now */
	if (!fchmod(fd, st->st_mode & 07777))
		futimens(fd, times);
}

static int copy_bytes(int from, int to)
{
	char block[65536];
	ssize_t n, put;

	if (!ioctl(to, FICLONE, from))
		return 0;
	do
		n = copy_file_range(from, NULL, to, NULL, 1 << 30, 0);
	while (n > 0);
	if (!n)
		return 0;
	while ((n = read(from, block, sizeof(block))) > 0)
		for (ssize_t at = 0; at < n; at += put) {
			put = write(to, block + at, (size_t)(n - at));
			if (put < 0)
				return -errno;
		}
	return n < 0 ? -errno : 0;
}

static int copy_file(int from_dir, const char *from, int to_dir, const char *to,
		     const struct stat *st)
{
	int in = openat(from_dir, from,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int out =
		in < 0 ? -1
		       : openat(to_dir, to,
				O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int ret = out < 0 ? -errno : copy_bytes(in, out);

	if (out >= 0) {
		copy_attributes(in, out);
		copy_marks(out, st);
		if (close(out) && !ret)
			ret = -errno;
		if (ret)
			unlinkat(to_dir, to, 0);
	}
	if (in >= 0)
		close(in);
	return ret;
}

static int copy_link(int from_dir, const char *from, int to_dir, const char *to,
		     const struct stat *st)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };
	char target[PATH_MAX];
	ssize_t n = readlinkat(from_dir, from, target, sizeof(target) - 1);

	if (n < 0)
		return -errno;
	target[n] = 0;
	if (symlinkat(target, to_dir, to))
		return -errno;
	if (fchownat(to_dir, to, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW))
		errno = 0;
	utimensat(to_dir, to, times, AT_SYMLINK_NOFOLLOW);
	return 0;
}

struct copying {
	int to;
	struct left_out out;
};

static int copy_entry(int dir, const char *name, void *arg);

static int copy_tree(int from_dir, const char *from, int to_dir, const char *to,
		     const struct stat *st, const struct left_out *out)
{
	struct copying c = { -1, *out };
	int fd = open_dir(from_dir, from), ret = 0;

	if (fd < 0)
		return fd;
	if (mkdirat(to_dir, to, 0700) && errno != EEXIST)
		ret = -errno;
	if (!ret) {
		c.to = open_dir(to_dir, to);
		ret = c.to < 0 ? c.to : walk(fd, copy_entry, &c);
	}
	if (c.to >= 0) {
		copy_attributes(fd, c.to);
		copy_marks(c.to, st);
		close(c.to);
	}
	close(fd);
	return ret;
}

/* From any place to any other. */
static int copy(int from_dir, const char *from, int to_dir, const char *to,
		const struct left_out *out)
{
	struct stat st;

	if (fstatat(from_dir, from, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : -errno;
	if (is_left_out(out, &st))
		return 0;
	switch (st.st_mode & S_IFMT) {
	case S_IFDIR:
		return copy_tree(from_dir, from, to_dir, to, &st, out);
	case S_IFREG:
		return copy_file(from_dir, from, to_dir, to, &st);
	case S_IFLNK:
		return copy_link(from_dir, from, to_dir, to, &st);
	case S_IFSOCK:
		return 0; /* nobody would listen behind it */
	}
	return mknodat(to_dir, to, st.st_mode, st.st_rdev) ? -errno : 0;
}

static int copy_entry(int dir, const char *name, void *arg)
{
	struct copying *c = arg;

	return copy(dir, name, c->to, name, &c->out);
}

int layer_copy(const char *from, const char *to, const char *except)
{
	struct left_out out = leave_out(except);

	return copy(AT_FDCWD, from, AT_FDCWD, to, &out);
}

/* ---- an upper layer ---- */

static bool is_whiteout(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(0, 0);
}

static bool is_opaque(int fd)
{
	char value[2];

	return (fgetxattr(fd, "trusted.overlay.opaque", value, 2) > 0 &&
		*value == 'y') ||
	       (fgetxattr(fd, "user.overlay.opaque", value, 2) > 0 &&
		*value == 'y');
}

static void strip(int dir, const char *name)
{
	int fd = openat(dir, name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char names[4096];
	ssize_t n = fd < 0 ? -1 : flistxattr(fd, names, sizeof(names));

	for (char *at = names; n > 0 && at < names + n; at += strlen(at) + 1)
		if (of_overlay(at))
			fremovexattr(fd, at);
	if (fd >= 0)
		close(fd);
}

/* Old or new, never half: where a rename does not reach, a copy is made beside
 * first. */
static int put_file(int dir, const char *name, int to)
{
	const struct left_out none = { 0, 0 };
	char beside[NAME_MAX + 1];
	int ret;

	strip(dir, name);
	if (!renameat(dir, name, to, name))
		return 0;
	if (errno == EISDIR || errno == ENOTEMPTY) {
		ret = remove_entry(to, name, NULL);
		if (ret || !renameat(dir, name, to, name))
			return ret;
	}
	if (errno != EXDEV)
		return -errno;
	snprintf(beside, sizeof(beside), ".samebits-%d-%lx", (int)getpid(),
		 (unsigned long)strlen(name));
	ret = copy(dir, name, to, beside, &none);
	if (!ret && renameat(to, beside, to, name)) {
		ret = errno == EISDIR ? remove_entry(to, name, NULL) : -errno;
		if (!ret && renameat(to, beside, to, name))
			ret = -errno;
	}
	if (ret)
		unlinkat(to, beside, 0);
	return ret;
}

static int apply_entry(int dir, const char *name, void *arg);

static int apply_dir(int dir, const char *name, int to, const struct stat *st)
{
	int from = open_dir(dir, name), into, ret = 0;
	struct stat there;

	if (from < 0)
		return from;
	if (!fstatat(to, name, &there, AT_SYMLINK_NOFOLLOW) &&
	    (!S_ISDIR(there.st_mode) || is_opaque(from)))
		ret = remove_entry(to, name, NULL);
	if (!ret && mkdirat(to, name, 0700) && errno != EEXIST)
		ret = -errno;
	if (!ret) {
		into = open_dir(to, name);
		ret = into < 0 ? into : walk(from, apply_entry, &into);
		if (into >= 0) {
			copy_attributes(from, into);
			copy_marks(into, st);
			close(into);
		}
	}
	close(from);
	return ret;
}

static int apply_entry(int dir, const char *name, void *arg)
{
	int to = *(const int *)arg;
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	if (is_whiteout(&st))
		return remove_entry(to, name, NULL);
	if (S_ISDIR(st.st_mode))
		return apply_dir(dir, name, to, &st);
	return put_file(dir, name, to);
}

int layer_apply(const char *upper, const char *path)
{
	int from = open_dir(AT_FDCWD, upper);
	int to = from < 0 ? from
			  : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ret = from < 0 ? from : to < 0 ? -errno : 0;

	if (!ret)
		ret = walk(from, apply_entry, &to);
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return ret;
}

/* ---- back to a copy ---- */

#define REMOVED ".removed" /* after the name of what was kept: a list */

static bool equal_bytes(int dir_a, int dir_b, const char *name)
{
	int a = openat(dir_a, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int b = openat(dir_b, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char block[2][32768];
	ssize_t n = -1, m = -2;

	if (a >= 0 && b >= 0)
		do {
			n = read(a, block[0], sizeof(block[0]));
			m = read(b, block[1], sizeof(block[1]));
		} while (n > 0 && n == m &&
			 !memcmp(block[0], block[1], (size_t)n));
	if (a >= 0)
		close(a);
	if (b >= 0)
		close(b);
	return n == 0 && m == 0;
}

static bool equal_targets(int dir_a, int dir_b, const char *name)
{
	char target[2][PATH_MAX];
	ssize_t n = readlinkat(dir_a, name, target[0], PATH_MAX);

	return n >= 0 && n == readlinkat(dir_b, name, target[1], PATH_MAX) &&
	       !memcmp(target[0], target[1], (size_t)n);
}

struct restoring {
	int copy, kept; /* the same directory there; kept -1: not made yet */
	int kept_parent;
	const char *kept_name;
	struct left_out out;
};

static int kept_dir(struct restoring *r)
{
	if (r->kept >= 0)
		return r->kept;
	if (mkdirat(r->kept_parent, r->kept_name, 0700) && errno != EEXIST)
		return -errno;
	r->kept = open_dir(r->kept_parent, r->kept_name);
	return r->kept;
}

static bool unchanged(int dir, const char *name, const struct stat *st,
		      int copy_dir)
{
	struct stat was;

	if (fstatat(copy_dir, name, &was, AT_SYMLINK_NOFOLLOW) ||
	    was.st_mode != st->st_mode)
		return false;
	if (S_ISLNK(st->st_mode))
		return equal_targets(dir, copy_dir, name);
	if (!S_ISREG(st->st_mode))
		return true;
	return was.st_size == st->st_size &&
	       was.st_mtim.tv_sec == st->st_mtim.tv_sec &&
	       was.st_mtim.tv_nsec == st->st_mtim.tv_nsec &&
	       equal_bytes(dir, copy_dir, name);
}

static int put_away(int dir, const char *name, struct restoring *r)
{
	const struct left_out none = { 0, 0 };
	int kept = kept_dir(r), ret;

	if (kept < 0)
		return kept;
	if (!renameat(dir, name, kept, name))
		return 0;
	ret = copy(dir, name, kept, name, &none);
	return ret ? ret : remove_entry(dir, name, NULL);
}

static int put_away_entry(int dir, const char *name, void *arg);

/* A directory that was there before: what is new in it goes. */
static int put_away_within(int dir, const char *name, struct restoring *r)
{
	struct restoring in = { .copy = open_dir(r->copy, name),
				.kept = -1,
				.kept_parent = kept_dir(r),
				.kept_name = name,
				.out = r->out };
	int fd = open_dir(dir, name);
	int ret = in.copy < 0	       ? in.copy
		  : fd < 0	       ? fd
		  : in.kept_parent < 0 ? in.kept_parent
				       : walk(fd, put_away_entry, &in);

	if (in.copy >= 0)
		close(in.copy);
	if (in.kept >= 0)
		close(in.kept);
	if (fd >= 0)
		close(fd);
	return ret;
}

static int put_away_entry(int dir, const char *name, void *arg)
{
	struct restoring *r = arg;
	struct stat st, was;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	if (is_left_out(&r->out, &st) || unchanged(dir, name, &st, r->copy)) {
		if (!S_ISDIR(st.st_mode) || is_left_out(&r->out, &st))
			return 0;
	}
	if (S_ISDIR(st.st_mode) &&
	    !fstatat(r->copy, name, &was, AT_SYMLINK_NOFOLLOW) &&
	    S_ISDIR(was.st_mode))
		return put_away_within(dir, name, r);
	return put_away(dir, name, r);
}

struct bringing {
	int to;
	FILE *removed;	     /* names of what was missing, each with a NUL */
	char name[PATH_MAX]; /* of the directory, with a '/' at its end */
};

/* What is missing now comes back; directories get their marks again. */
static int bring_back(int dir, const char *name, void *arg)
{
	const struct left_out none = { 0, 0 };
	struct bringing *b = arg;
	size_t n = strlen(b->name);
	struct stat st, there;
	int from, to = b->to, ret;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	if (fstatat(to, name, &there, AT_SYMLINK_NOFOLLOW)) {
		fprintf(b->removed, "%s%s%c", b->name, name, 0);
		return copy(dir, name, to, name, &none);
	}
	if (!S_ISDIR(st.st_mode))
		return 0;
	from = open_dir(dir, name);
	b->to = open_dir(to, name);
	snprintf(b->name + n, sizeof(b->name) - n, "%s/", name);
	ret = from < 0 ? from : b->to < 0 ? b->to : walk(from, bring_back, b);
	b->name[n] = 0;
	if (b->to >= 0) {
		copy_marks(b->to, &st);
		close(b->to);
	}
	b->to = to;
	if (from >= 0)
		close(from);
	return ret;
}

static int bring_all_back(int copy, int to, const char *removed)
{
	struct bringing *b = calloc(1, sizeof(*b));
	int ret = -ENOMEM;

	if (b) {
		b->to = to;
		b->removed = fopen(removed, "we");
		ret = b->removed ? walk(copy, bring_back, b) : -errno;
		if (b->removed && fclose(b->removed) && !ret)
			ret = -errno;
	}
	free(b);
	return ret;
}

int layer_restore(const char *copy, const char *path, const char *kept,
		  const char *except)
{
	struct restoring r = { .copy = open_dir(AT_FDCWD, copy),
			       .kept = -1,
			       .kept_parent = AT_FDCWD,
			       .kept_name = kept,
			       .out = leave_out(except) };
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ret = r.copy < 0 ? r.copy
		  : fd < 0   ? -errno
			     : walk(fd, put_away_entry, &r);
	char removed[PATH_MAX];

	if (r.copy >= 0 && fd >= 0) {
		int back;

		snprintf(removed, sizeof(removed), "%s" REMOVED, kept);
		back = bring_all_back(r.copy, fd, removed);
		ret = ret ? ret : back;
	}
	if (r.copy >= 0)
		close(r.copy);
	if (r.kept >= 0)
		close(r.kept);
	if (fd >= 0)
		close(fd);
	return ret;
}

/* What a run had removed, by the list that layer_restore() wrote. */
static int remove_again(const char *kept, int from)
{
	char removed[PATH_MAX], *name = NULL;
	size_t room = 0;
	FILE *list;
	int ret = 0;

	snprintf(removed, sizeof(removed), "%s" REMOVED, kept);
	list = fopen(removed, "re");
	while (list && getdelim(&name, &room, 0, list) > 0) {
		int one = remove_entry(from, name, NULL);

		ret = ret ? ret : one;
	}
	free(name);
	if (list)
		fclose(list);
	return ret;
}

int layer_put_again(const char *kept, const char *path)
{
	int to = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int from = open_dir(AT_FDCWD, kept), ret = to < 0 ? -errno : 0;

	if (!ret)
		ret = remove_again(kept, to);
	/* None where the run changed nothing. */
	if (!ret && from >= 0)
		ret = walk(from, apply_entry, &to);
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return ret;
}

/* ---- after an end in the middle ---- */

#define NOTE "unfinished-"

static int held = -1; /* the note of this process, locked while it lives */

int layer_mark(const char *base, const char *path, const char *store)
{
	char name[PATH_MAX], text[2 * PATH_MAX + 2];
	const char *last = strrchr(base, '/');
	int n, fd;

	snprintf(name, sizeof(name), "%s/" NOTE "%s", store,
		 last ? last + 1 : base);
	n = snprintf(text, sizeof(text), "%s\n%s\n", base, path);
	fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) ||
	    write(fd, text, (size_t)n) != n || fsync(fd)) {
		int ret = -errno;

		if (fd >= 0)
			close(fd);
		return ret;
	}
	held = fd;
	return 0;
}

/* One note: 0 where nothing is to be done. */
static int recover_one(int store, const char *name, const char *except,
		       bool *recovered)
{
	char text[2 * PATH_MAX + 2] = "", copy[PATH_MAX + 8],
				 kept[PATH_MAX + 8];
	int fd = openat(store, name, O_RDWR | O_CLOEXEC), ret = 0;
	char *path, *end;
	ssize_t n;

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB)) {
		if (fd >= 0)
			close(fd);
		return 0; /* it is going on */
	}
	n = read(fd, text, sizeof(text) - 1);
	path = n > 0 ? strchr(text, '\n') : NULL;
	end = path ? strchr(path + 1, '\n') : NULL;
	if (end) {
		*path++ = *end = 0;
		snprintf(copy, sizeof(copy), "%s/copy", text);
		snprintf(kept, sizeof(kept), "%s/last", text);
		if (!access(copy, R_OK)) {
			ret = layer_restore(copy, path, kept, except);
			*recovered = true;
		}
		if (!ret)
			layer_remove(text);
	}
	if (!ret)
		unlinkat(store, name, 0);
	close(fd);
	return ret;
}

struct recovery {
	const char *store;
	bool *recovered;
};

static int recover_entry(int dir, const char *name, void *arg)
{
	struct recovery *r = arg;

	if (strncmp(name, NOTE, strlen(NOTE)))
		return 0;
	return recover_one(dir, name, r->store, r->recovered);
}

int layer_recover(const char *store, bool *recovered)
{
	struct recovery r = { store, recovered };
	int fd = open(store, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	ret = walk(fd, recover_entry, &r);
	close(fd);
	return ret;
}

void layer_unmark(const char *base, const char *store)
{
	const char *last = strrchr(base, '/');
	char name[PATH_MAX];

	if (held < 0)
		return;
	snprintf(name, sizeof(name), "%s/" NOTE "%s", store,
		 last ? last + 1 : base);
	unlink(name);
	close(held);
	held = -1;
}
