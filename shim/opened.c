/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "log.h"
#include "opened.h"
#include "process.h"
#include "stream.h"
#include "sys.h"
#include "text.h"
#include "banned.h"

/*
 * What has a record: by file, name and use, as the number of a file that is
 * gone is given to another one. Read without the lock; a page is only there
 * once something falls into it.
 */
#define PLACES (1u << 15)
#define MOST (PLACES / 4 * 3)
static uint64_t known[PLACES];
static unsigned nknown;

static unsigned place_of(uint64_t hash)
{
	unsigned i = (unsigned)(hash >> 49) & (PLACES - 1);
	uint64_t there;

	while ((there = __atomic_load_n(&known[i], __ATOMIC_RELAXED)) &&
	       there != hash)
		i = (i + 1) & (PLACES - 1);
	return i;
}

/* The kernel's name of what is open; "": it has none that can be asked. */
static void name_of(int fd, char name[PATH_MAX])
{
	char link[40];
	struct text t = text_start(link, sizeof(link));
	long n;

	text_add(&t, "/proc/self/fd/");
	text_number(&t, (uint64_t)fd, 10, 1);
	n = sys4(SYS_readlinkat, AT_FDCWD, link, name, PATH_MAX - 1);
	name[n > 0 && name[0] == '/' ? n : 0] = 0;
}

static bool begins(const char *name, const char *with)
{
	return !strncmp(name, with, strlen(with));
}

/* What is there is the kernel's, and differs or does not for its reasons. */
static bool of_kernel(const char *name)
{
	return begins(name, "/proc/") || begins(name, "/sys/") ||
	       (begins(name, "/dev/") && !begins(name, "/dev/shm/"));
}

static void write_record(const struct stat *st, uint32_t use,
			 const char *name, const char *second)
{
	unsigned n = (unsigned)strlen(name) + 1;
	unsigned more = second ? (unsigned)strlen(second) + 1 : 0;
	struct sb_file *f =
		log_record(SB_FILE, (unsigned)sizeof(*f) + n + more);

	if (!f)
		return;
	f->use = use;
	f->kind = st->st_mode & S_IFMT;
	f->dev = st->st_dev;
	f->ino = st->st_ino;
	f->size = (uint64_t)st->st_size;
	f->mtime = st->st_mtim.tv_sec * 1000000000l + st->st_mtim.tv_nsec;
	memcpy(f->text, name, n);
	memcpy(f->text + n, second ? second : "", more);
	log_publish(f, SB_FILE);
}

static void add(uint64_t hash, const struct stat *st, uint32_t use, int fd,
		const char *path)
{
	static char name[PATH_MAX]; /* threads may have small stacks */
	unsigned i = place_of(hash);

	if (known[i])
		return; /* another thread was faster */
	if (nknown == MOST) {
		log_blind("files", "this process opened more files than are "
				   "kept account of");
		nknown++;
	}
	if (nknown > MOST)
		return;
	nknown++;
	__atomic_store_n(&known[i], hash, __ATOMIC_RELAXED);
	name_of(fd, name);
	if (!*name && path && *path == '/' && strlen(path) < sizeof(name))
		strncpy(name, path, sizeof(name));
	if (*name && !of_kernel(name))
		write_record(st, use, name, NULL);
}

static bool worth_it(const struct stat *st, uint32_t use)
{
	if (S_ISREG(st->st_mode))
		return true;
	return use & SB_WRITTEN &&
	       (S_ISFIFO(st->st_mode) || S_ISBLK(st->st_mode) ||
		S_ISCHR(st->st_mode));
}

static uint32_t use_of(int flags, const struct stat *st)
{
	static const uint32_t by_mode[] = {
		[O_RDONLY] = SB_READ,
		[O_WRONLY] = SB_WRITTEN,
		[O_RDWR] = SB_READ | SB_WRITTEN,
		[O_ACCMODE] = 0,
	};
	uint32_t use = by_mode[flags & O_ACCMODE];

	if (use & SB_WRITTEN && (flags & O_TRUNC || !st->st_size))
		use |= SB_FRESH;
	return use;
}

/* May this thread write to the log now? */
static bool may_log(void)
{
	return process.active && alive.yes && !(thread_me && thread_me->busy) &&
	       !process_borrowed();
}

static void note(int fd, const char *path, int flags)
{
	struct stat st;
	uint64_t hash, mask;
	uint32_t use;

	if (sys2(SYS_fstat, fd, &st))
		return;
	use = use_of(flags, &st);
	if (!use || !worth_it(&st, use))
		return;
	hash = digest_word(st.st_dev, st.st_ino);
	hash = digest_word(hash, use);
	if (path)
		hash = digest_word(hash, digest_string(path));
	hash |= 1;
	if (__atomic_load_n(&known[place_of(hash)], __ATOMIC_RELAXED))
		return;
	mask = engine_lock();
	add(hash, &st, use, fd, path);
	engine_unlock(mask);
}

void opened_file(int fd, const char *path, int flags)
{
	if (fd >= 0 && !(flags & (O_PATH | O_DIRECTORY)) && may_log())
		note(fd, path, flags);
}

/* The directory as the kernel names it, then the last part. False: too long, or
 * not to be found. */
static bool full_name(int dir, const char *path, char name[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	const char *last = slash ? slash + 1 : path;
	size_t n = (size_t)(last - path), used;
	static char parent[PATH_MAX];
	long fd;

	if (n >= sizeof(parent) || !*last)
		return false;
	memcpy(parent, n ? path : ".", n ? n : 1);
	parent[n ? n : 1] = 0;
	fd = sys4(SYS_openat, dir, parent, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	if (fd < 0)
		return false;
	name_of((int)fd, name);
	sys1(SYS_close, fd);
	used = strlen(name);
	if (!used || used + strlen(last) + 2 > PATH_MAX)
		return false;
	if (name[used - 1] != '/')
		name[used++] = '/';
	strncpy(name + used, last, PATH_MAX - used);
	return true;
}

static void note_names(int from_dir, const char *from, int to_dir,
		       const char *to)
{
	static char before[PATH_MAX], after[PATH_MAX];
	struct stat st;

	if (full_name(from_dir, from, before) && full_name(to_dir, to, after) &&
	    !sys4(SYS_newfstatat, AT_FDCWD, after, &st, AT_SYMLINK_NOFOLLOW))
		write_record(&st, SB_RENAMED, before, after);
}

void opened_renamed(int from_dir, const char *from, int to_dir, const char *to)
{
	uint64_t mask;

	if (!may_log())
		return;
	mask = engine_lock();
	note_names(from_dir, from, to_dir, to);
	engine_unlock(mask);
}

void opened_start(void)
{
	for (int fd = 1; fd <= 2; fd++) {
		long flags = sys3(SYS_fcntl, fd, F_GETFL, 0);

		if (flags >= 0)
			opened_file(fd, NULL, (int)flags);
	}
}
