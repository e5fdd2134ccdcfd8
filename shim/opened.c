/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "log.h"
#include "opened.h"
#include "output.h"
#include "process.h"
#include "stream.h"
#include "sys.h"
#include "text.h"
#include "thread.h"
#include "banned.h"

/*
 * Hashes of what has a record: by a file's numbers, its use and the name that
 * it was opened by, as a new file may have an old one's numbers; and, once the
 * kernel was asked for it, by its full name. Searched without the lock, which
 * adding takes. Where half of the places are taken, a table of four times the
 * size takes over.
 */
#define FIRST (1u << 9)
#define LAST (1u << 19)
struct table {
	uint32_t room; /* places, a power of two */
	uint32_t used;
	uint64_t hash[];
};
static union {
	struct table table;
	char room[sizeof(struct table) + FIRST * sizeof(uint64_t)];
} first = { .table.room = FIRST };
static struct table *table = &first.table;
static bool full;

static size_t size_of(uint32_t room)
{
	return sizeof(struct table) + room * sizeof(uint64_t);
}

/* Its place: its own, or the free one where it belongs. */
static uint64_t *place(struct table *t, uint64_t hash)
{
	uint32_t i = (uint32_t)hash & (t->room - 1);

	while (t->hash[i] && t->hash[i] != hash)
		i = (i + 1) & (t->room - 1);
	return &t->hash[i];
}

static bool known(uint64_t hash)
{
	return *place(__atomic_load_n(&table, __ATOMIC_ACQUIRE), hash);
}

/* The old one may still be searched: it stays. */
static bool grow(void)
{
	uint32_t room = table->room * 4;
	struct table *t;
	long p;

	if (room > LAST)
		return false;
	p = sys6(SYS_mmap, NULL, size_of(room), PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p < 0 && p > -4096)
		return false;
	t = (struct table *)p;
	t->room = room;
	t->used = table->used;
	for (uint32_t i = 0; i < table->room; i++)
		if (table->hash[i])
			*place(t, table->hash[i]) = table->hash[i];
	__atomic_store_n(&table, t, __ATOMIC_RELEASE);
	return true;
}

/* Under the lock, as all that follows. */
static bool remember(uint64_t hash)
{
	if (known(hash))
		return false;
	if (table->used >= table->room / 2 && !grow()) {
		if (!full)
			log_blind("files", "no room for more files that a "
					   "process opens: the rest is in no "
					   "list of inputs and outputs");
		full = true;
		return false;
	}
	table->used++;
	__atomic_store_n(place(table, hash), hash, __ATOMIC_RELEASE);
	return true;
}

/* A table that was mapped stays, and is not used again. */
void opened_forget(void)
{
	table = &first.table;
	memset(first.table.hash, 0, FIRST * sizeof(uint64_t));
	first.table.used = 0;
	full = false;
}

/* Names are put together here: stacks may be small. */
#define ROOM (PATH_MAX + 256)
static char name[2][ROOM];

/* What the kernel calls a descriptor; false: /proc is not there. */
static bool name_of_fd(char *out, int fd)
{
	char link[32];
	struct text t = text_start(link, sizeof(link));
	long n;

	text_add(&t, "/proc/self/fd/");
	text_number(&t, (uint64_t)fd, 10, 1);
	n = sys4(SYS_readlinkat, AT_FDCWD, link, out, PATH_MAX);
	if (n > 0)
		out[n] = 0;
	return n > 0;
}

static bool name_of_directory(char *out, int dir)
{
	return dir == AT_FDCWD ? sys2(SYS_getcwd, out, PATH_MAX) > 0
			       : name_of_fd(out, dir);
}

static void append(char *out, const char *path)
{
	struct text t = { out + strlen(out), out + ROOM - 1 };

	if (t.at > out && t.at[-1] != '/')
		text_add(&t, "/");
	text_add(&t, path);
}

/* As it was given, where the kernel cannot be asked. */
static void make_absolute(char *out, int dir, const char *path)
{
	*out = 0;
	if (*path != '/')
		name_of_directory(out, dir);
	append(out, path);
}

/* Of a name in a directory, which may be reached by links. */
static void make_canonical(char *out, int dir, const char *path)
{
	struct text t = text_start(out, PATH_MAX);
	const char *base;
	bool found;
	long fd;

	text_add(&t, path);
	while (t.at > out + 1 && t.at[-1] == '/')
		*--t.at = 0;
	while (t.at > out && t.at[-1] != '/')
		t.at--;
	base = path + (t.at - out);
	if (t.at == out) {
		found = name_of_directory(out, dir);
	} else {
		*t.at = 0;
		fd = sys4(SYS_openat, dir, out,
			  O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
		found = fd >= 0 && name_of_fd(out, (int)fd);
		if (fd >= 0)
			sys1(SYS_close, fd);
	}
	if (found)
		append(out, base);
	else
		make_absolute(out, dir, path);
	for (t.at = out + strlen(out); t.at > out + 1 && t.at[-1] == '/';)
		*--t.at = 0;
}

static bool below(const char *path, const char *dir, size_t n)
{
	return !strncmp(path, dir, n) && (path[n] == '/' || !path[n]);
}

/* The kernel's, without a name, or of the store of runs. */
static bool left_out(const char *path)
{
	const char *run = strrchr(config.dir, '/');

	return *path != '/' || below(path, "/proc", 5) ||
	       below(path, "/sys", 4) || !strncmp(path, "/memfd:", 7) ||
	       (below(path, "/dev", 4) && !below(path, "/dev/shm", 8)) ||
	       (run && run != config.dir &&
		below(path, config.dir, (size_t)(run - config.dir)));
}

static int64_t ns_of(const struct timespec *t)
{
	return t->tv_sec * 1000000000 + t->tv_nsec;
}

/* Of one name, or of two where `to` is not NULL. */
static void record(uint32_t use, const struct stat *st, const char *path,
		   const char *to)
{
	unsigned n = (unsigned)strlen(path) + 1;
	unsigned m = to ? (unsigned)strlen(to) + 1 : 0;
	struct sb_file *f = log_record(SB_FILE, (unsigned)sizeof(*f) + n + m);

	if (!f)
		return;
	f->use = use;
	f->kind = st->st_mode & S_IFMT;
	f->dev = st->st_dev;
	f->ino = st->st_ino;
	f->size = (uint64_t)st->st_size;
	f->mtime = ns_of(&st->st_mtim);
	memcpy(f->text, path, n);
	if (to)
		memcpy(f->text + n, to, m);
	log_publish(f, SB_FILE);
}

/* May this thread write to the log now? */
static bool ready(void)
{
	struct thread *self = thread_me;

	if (!process.active || (self && (self->busy || self->asking)))
		return false;
	if (!alive.yes)
		process_fork_raw();
	return alive.yes;
}

static uint32_t use_of(const struct stat *st, int flags)
{
	int access = flags & O_ACCMODE;
	uint32_t use = (access != O_WRONLY ? SB_READ : 0) |
		       (access != O_RDONLY ? SB_WRITTEN : 0);

	/* It was empty, made or emptied. */
	if (use & SB_WRITTEN && S_ISREG(st->st_mode) && !st->st_size)
		use |= SB_FRESH;
	if (S_ISREG(st->st_mode))
		return use;
	return S_ISDIR(st->st_mode) ? 0 : use & SB_WRITTEN;
}

static bool of_kernel(const char *path)
{
	return !strncmp(path, "/sys/", 5) ||
	       (!strncmp(path, "/proc/", 6) && !strstr(path, "/fd/"));
}

void opened_file(int fd, const char *path, int flags, const struct stat *st)
{
	uint32_t use = use_of(st, flags);
	uint64_t hash, mask;

	/* What nobody can look at afterwards is left out. */
	if (!use || !st->st_nlink || of_kernel(path) || !ready())
		return;
	hash = mix64(mix64(st->st_dev, st->st_ino), digest_string(path) + use) |
	       1;
	if (known(hash))
		return;
	mask = engine_lock();
	if (!name_of_fd(name[0], fd))
		make_absolute(name[0], AT_FDCWD, path);
	if (!left_out(name[0])) {
		if (remember(mix64(digest_string(name[0]), use) | 1))
			record(use, st, name[0], NULL);
		remember(hash);
	}
	engine_unlock(mask);
}

void opened_renamed(int from_dir, const char *from, int to_dir, const char *to)
{
	struct stat st = { 0 };
	uint64_t hash, mask;

	if (!ready())
		return;
	mask = engine_lock();
	make_canonical(name[0], from_dir, from);
	make_canonical(name[1], to_dir, to);
	hash = mix64(digest_string(name[0]), digest_string(name[1])) | 1;
	sys4(SYS_newfstatat, AT_FDCWD, name[1], &st, AT_SYMLINK_NOFOLLOW);
	if (!left_out(name[1]) && remember(hash))
		record(SB_RENAMED, &st, name[0], name[1]);
	engine_unlock(mask);
}

void opened_start(bool first)
{
	for (int fd = 0; fd < 3; fd++) {
		long flags = sys2(SYS_fcntl, fd, F_GETFL);
		enum output to = output_of(fd);
		bool other = to != OUTPUT_STDOUT && to != OUTPUT_STDERR;
		struct stat st;

		if (flags >= 0 && !(flags & O_PATH) && (first || other) &&
		    sys_fstat(fd, &st))
			opened_file(fd, "", (int)flags, &st);
	}
}
