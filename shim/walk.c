/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "dir.h"
#include "event.h"
#include "filetime.h"
#include "procfs.h"
#include "stream.h"
#include "sys.h"
#include "walk.h"
#include "banned.h"

#define ALL (FTW_PHYS | FTW_MOUNT | FTW_CHDIR | FTW_DEPTH | FTW_ACTIONRETVAL)

/* A directory that the walk is in. */
struct level {
	struct level *up;
	int fd; /* -1: closed, for there were too many */
};

struct file {
	uint64_t dev, ino;
	bool taken;
};

struct walk {
	struct walk_call call;
	int flags;
	int left; /* descriptors that may still be opened */
	dev_t dev;
	struct FTW at;
	char *path;
	size_t length, room;
	char real[PROCFS_PATH]; /* the path with the kernel's numbers */
	/* Directories met, where links are followed. */
	struct file *seen;
	size_t nseen, places; /* a power of two */
	uint64_t digest;
};

static int fail(long error)
{
	errno = (int)-error;
	return -1;
}

static void *map_new(size_t size)
{
	void *map = (void *)sys6(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return (uintptr_t)map >= -4095ul ? NULL : map;
}

/* The file's name, a slash before it where one is needed; false: no memory. */
static bool path_add(struct walk *w, const char *name)
{
	size_t n = strlen(name), wanted = w->length + n + 2;

	if (wanted > w->room) {
		size_t room = wanted * 2 + SB_PAGE;
		char *path = map_new(room);

		if (!path)
			return false;
		if (w->path) {
			memcpy(path, w->path, w->length);
			sys2(SYS_munmap, w->path, w->room);
		}
		w->path = path;
		w->room = room;
	}
	if (w->length && w->path[w->length - 1] != '/')
		w->path[w->length++] = '/';
	w->at.base = (int)w->length;
	memcpy(w->path + w->length, name, n + 1);
	w->length += n;
	return true;
}

static void path_cut(struct walk *w, size_t length, int base)
{
	w->path[length] = 0;
	w->length = length;
	w->at.base = base;
}

static struct file *place_of(struct walk *w, uint64_t dev, uint64_t ino)
{
	size_t i = mix64(dev, ino) & (w->places - 1);

	while (w->seen[i].taken &&
	       !(w->seen[i].dev == dev && w->seen[i].ino == ino))
		i = (i + 1) & (w->places - 1);
	return &w->seen[i];
}

static bool more_places(struct walk *w)
{
	struct file *old = w->seen;
	size_t n = w->places;
	struct file *seen = map_new((n ? n * 2 : 512) * sizeof(*seen));

	if (!seen)
		return false;
	w->seen = seen;
	w->places = n ? n * 2 : 512;
	for (size_t i = 0; i < n; i++)
		if (old[i].taken)
			*place_of(w, old[i].dev, old[i].ino) = old[i];
	if (old)
		sys2(SYS_munmap, old, n * sizeof(*old));
	return true;
}

/* 1: not met before, 0: met; -1: no memory. */
static int meet(struct walk *w, const struct stat *st)
{
	struct file *f;

	if (w->nseen * 2 >= w->places && !more_places(w))
		return fail(-ENOMEM);
	f = place_of(w, st->st_dev, st->st_ino);
	if (f->taken)
		return 0;
	*f = (struct file){ st->st_dev, st->st_ino, true };
	w->nseen++;
	return 1;
}

static int call(struct walk *w, const struct stat *st, int flag)
{
	static const int plain[] = { [FTW_F] = FTW_F,	  [FTW_D] = FTW_D,
				     [FTW_DNR] = FTW_DNR, [FTW_NS] = FTW_NS,
				     [FTW_SL] = FTW_F,	  [FTW_DP] = FTW_D,
				     [FTW_SLN] = FTW_NS };

	w->digest = digest_word(w->digest, digest_string(w->path));
	if (w->call.nftw)
		return w->call.nftw(w->path, st, flag, &w->at);
	return w->call.ftw(w->path, st, plain[flag]);
}

/* Where system calls find the current file: the directory's descriptor and a
 * name in it, or a path. */
struct where {
	int fd;
	const char *name;
};

static struct where where(struct walk *w, const struct level *in)
{
	const char *real = procfs_path(w->path, w->real);

	/* Names in /proc are shown ones, so its descriptor is of no use. */
	if (real != w->path)
		return (struct where){ AT_FDCWD, real };
	if (w->flags & FTW_CHDIR)
		return (struct where){ AT_FDCWD, w->path + w->at.base };
	if (in && in->fd >= 0)
		return (struct where){ in->fd, w->path + w->at.base };
	return (struct where){ AT_FDCWD, w->path };
}

static long status(struct where f, struct stat *st, bool follow)
{
	long ret = sys4(SYS_newfstatat, f.fd, f.name, st,
			follow ? 0 : AT_SYMLINK_NOFOLLOW);
	struct thread *self = filetime_self();

	if (!ret && self)
		filetime_stat(self, st, true);
	return ret;
}

/* The file's kind; st is its own or the link's. -1: the walk ends. */
static int kind_of(struct walk *w, const struct level *in, struct stat *st)
{
	bool follow = !(w->flags & FTW_PHYS);
	struct where f = where(w, in);
	long ret = status(f, st, follow);

	if (ret < 0 && ret != -ENOENT && !(in && ret == -EACCES))
		return fail(ret);
	if (ret < 0 && follow && status(f, st, false) == 0 &&
	    S_ISLNK(st->st_mode))
		return FTW_SLN;
	if (ret < 0)
		return in ? FTW_NS : fail(ret);
	if (S_ISDIR(st->st_mode))
		return FTW_D;
	return S_ISLNK(st->st_mode) ? FTW_SL : FTW_F;
}

static int walk_directory(struct walk *w, const struct stat *st,
			  struct level *in);

static int walk_file(struct walk *w, struct level *in)
{
	struct stat st;
	int kind = kind_of(w, in, &st), new = 1;

	if (kind < 0)
		return -1;
	if (!in)
		w->dev = st.st_dev;
	if (kind != FTW_NS && w->flags & FTW_MOUNT && st.st_dev != w->dev)
		return 0;
	if (kind != FTW_D)
		return call(w, &st, kind);
	if (!(w->flags & FTW_PHYS))
		new = meet(w, &st);
	return new > 0 ? walk_directory(w, &st, in) : new;
}

static bool skips(const struct walk *w, int result, int what)
{
	return w->flags & FTW_ACTIONRETVAL && result == what;
}

static bool is_dots(const char *name)
{
	return name[0] == '.' &&
	       (!name[1] || (name[1] == '.' && !name[2]));
}

static int walk_names(struct walk *w, struct level *here)
{
	size_t length = w->length;
	int base = w->at.base, result = 0;
	struct listing l;

	if (!listing_read(&l, here->fd))
		return fail(-ENOMEM);
	w->at.level++;
	for (size_t i = 0; i < l.count && !result; i++) {
		const char *name = l.item[i].entry->d_name;

		if (is_dots(name))
			continue;
		result = path_add(w, name) ? walk_file(w, here)
					   : fail(-ENOMEM);
		if (skips(w, result, FTW_SKIP_SUBTREE))
			result = 0;
		path_cut(w, length, base);
	}
	w->at.level--;
	listing_drop(&l);
	return skips(w, result, FTW_SKIP_SIBLINGS) ? 0 : result;
}

/* One descriptor too many: the outermost is closed. */
static void make_room(struct walk *w, struct level *in)
{
	struct level *outermost = NULL;

	for (; in && w->left <= 0; in = in->up)
		if (in->fd >= 0)
			outermost = in;
	if (!outermost)
		return;
	sys1(SYS_close, outermost->fd);
	outermost->fd = -1;
	w->left++;
}

static void leave(struct walk *w, struct level *here)
{
	if (here->fd < 0)
		return;
	sys1(SYS_close, here->fd);
	w->left++;
}

/* Back into the directory around the one that was walked. */
static int go_up(const struct walk *w, const struct level *in)
{
	long ret = -1;

	if (in->fd >= 0)
		ret = sys1(SYS_fchdir, in->fd);
	if (ret < 0)
		ret = sys1(SYS_chdir, w->at.base == 1 ? "/" : "..");
	return ret < 0 ? fail(ret) : 0;
}

static int walk_opened(struct walk *w, const struct stat *st,
		       struct level *here)
{
	int result = 0;
	long ret = 0;

	if (!(w->flags & FTW_DEPTH))
		result = call(w, st, FTW_D);
	if (!result && w->flags & FTW_CHDIR)
		ret = sys1(SYS_fchdir, here->fd);
	if (ret < 0)
		result = fail(ret);
	if (result) {
		leave(w, here);
		return result;
	}
	result = walk_names(w, here);
	leave(w, here);
	if (!result && w->flags & FTW_DEPTH)
		result = call(w, st, FTW_DP);
	if (here->up && w->flags & FTW_CHDIR &&
	    (!result || (w->flags & FTW_ACTIONRETVAL && result != -1 &&
			 result != FTW_STOP)) &&
	    go_up(w, here->up))
		result = -1;
	return result;
}

static int walk_directory(struct walk *w, const struct stat *st,
			  struct level *in)
{
	struct level here = { .up = in };
	struct where f;
	long fd;

	make_room(w, in);
	f = where(w, in);
	fd = sys3(SYS_openat, f.fd, f.name,
		  O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -EACCES)
		return call(w, st, FTW_DNR);
	if (fd < 0)
		return fail(fd);
	here.fd = (int)fd;
	w->left--;
	return walk_opened(w, st, &here);
}

/* Into the directory that the root is in. */
static int go_to_root(struct walk *w)
{
	char *name = w->path + w->at.base, first = *name;
	long ret;

	if (!w->at.base)
		return 0;
	*name = 0;
	ret = sys1(SYS_chdir, procfs_path(w->path, w->real));
	*name = first;
	return ret < 0 ? fail(ret) : 0;
}

/* The root without slashes at its end, and where its last name begins. */
static bool path_start(struct walk *w, const char *root)
{
	if (!path_add(w, root))
		return false;
	while (w->length > 1 && w->path[w->length - 1] == '/')
		w->path[--w->length] = 0;
	w->at.base = (int)w->length;
	while (w->at.base && w->path[w->at.base - 1] != '/')
		w->at.base--;
	return true;
}

static int walk_from(struct walk *w)
{
	long home = -1;
	int result;

	if (w->flags & FTW_CHDIR) {
		home = sys3(SYS_openat, AT_FDCWD, ".",
			    O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (home < 0)
			return fail(home);
	}
	result = home >= 0 ? go_to_root(w) : 0;
	if (!result)
		result = walk_file(w, NULL);
	if (skips(w, result, FTW_SKIP_SUBTREE) ||
	    skips(w, result, FTW_SKIP_SIBLINGS))
		result = 0;
	if (home >= 0) {
		sys1(SYS_fchdir, home);
		sys1(SYS_close, home);
	}
	return result;
}

int walk_tree(const char *root, struct walk_call call, int descriptors,
	      int flags, uint64_t *digest)
{
	struct walk w = { .call = call, .flags = flags,
			  .left = descriptors < 1 ? 1 : descriptors };
	int result;

	*digest = 0;
	if (flags & ~ALL)
		return fail(-EINVAL);
	if (!*root)
		return fail(-ENOENT);
	result = path_start(&w, root) ? walk_from(&w) : fail(-ENOMEM);
	if (w.path)
		sys2(SYS_munmap, w.path, w.room);
	if (w.seen)
		sys2(SYS_munmap, w.seen, w.places * sizeof(*w.seen));
	*digest = w.digest;
	return result;
}
