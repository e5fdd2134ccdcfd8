/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "config.h"
#include "dir.h"
#include "log.h"
#include "process.h"
#include "procfs.h"
#include "stream.h"
#include "sys.h"
#include "tape.h"
#include "banned.h"

/*
 * Mappings come in these sizes; a few of the first two are kept for the next
 * directory. From the second on they are asked for in huge pages: a fault for
 * each small one costs a fifth of what the kernel takes to read a directory.
 */
#define SMALL (128u << 10)
#define LARGE (2u << 20)
#define KEPT 8 /* small ones, and one large one */
static char *kept[KEPT + 1];

static bool kept_at(int i, size_t size)
{
	return size == (i < KEPT ? SMALL : LARGE);
}

#define ASK (32u << 10) /* of the kernel at once, at least */

static bool failed(const void *map)
{
	return (uintptr_t)map >= -4095ul;
}

static char *map_kept(size_t size)
{
	char *map = NULL;

	for (int i = 0; i <= KEPT && !map; i++)
		if (kept_at(i, size) &&
		    __atomic_load_n(&kept[i], __ATOMIC_RELAXED))
			map = __atomic_exchange_n(&kept[i], NULL,
						  __ATOMIC_ACQUIRE);
	return map;
}

static bool map_keep(char *map, size_t size)
{
	for (int i = 0; i <= KEPT; i++) {
		char *none = NULL;

		if (kept_at(i, size) &&
		    __atomic_compare_exchange_n(&kept[i], &none, map, false,
						__ATOMIC_RELEASE,
						__ATOMIC_RELAXED))
			return true;
	}
	return false;
}

static char *map_pages(size_t size)
{
	return (char *)sys6(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* NULL: no memory. */
static char *map_new(size_t size)
{
	char *map = map_kept(size), *start;

	if (map)
		return map;
	if (size == SMALL) {
		map = map_pages(size);
		return failed(map) ? NULL : map;
	}
	start = map_pages(size + LARGE);
	if (failed(start))
		return NULL;
	map = (char *)(((uintptr_t)start + LARGE - 1) & -(uintptr_t)LARGE);
	if (map > start)
		sys2(SYS_munmap, start, map - start);
	if (map < start + LARGE)
		sys2(SYS_munmap, map + size, start + LARGE - map);
	sys3(SYS_madvise, map, size, MADV_HUGEPAGE);
	return map;
}

static void map_drop(char *map, size_t size)
{
	if (map && !map_keep(map, size))
		sys2(SYS_munmap, map, size);
}

void listing_drop(struct listing *l)
{
	map_drop(l->map, l->size);
	*l = (struct listing){ 0 };
}

/* Goes on in a mapping that has room for so much; false: no memory. */
static bool grow(struct listing *l, size_t used, size_t wanted)
{
	size_t size = l->size == SMALL ? LARGE : l->size * 4;
	char *map;

	while (size < wanted)
		size *= 4;
	map = map_new(size);
	if (!map)
		return false;
	memcpy(map, l->map, used);
	map_drop(l->map, l->size);
	l->map = map;
	l->size = size;
	return true;
}

/* The bytes of its records; 0 with l->error, perhaps; -1: no memory. */
static ssize_t read_records(struct listing *l, int fd)
{
	size_t used = 0;
	long n;

	for (;;) {
		if (l->size - used < ASK && !grow(l, used, 0))
			return -1;
		n = sys3(SYS_getdents64, fd, l->map + used, l->size - used);
		if (n <= 0)
			break;
		used += (size_t)n;
	}
	l->error = (int)n;
	return (ssize_t)used;
}

#define SHORTEST 24 /* of the kernel's records: a name of one letter */

/* /proc itself: its directories of processes are named by numbers. */
static bool lists_processes(int fd)
{
	struct statfs fs;
	struct stat st;

	return config.pids_virtual && !sys2(SYS_fstatfs, fd, &fs) &&
	       fs.f_type == PROC_SUPER_MAGIC && !sys2(SYS_fstat, fd, &st) &&
	       st.st_ino == 1;
}

/* A record that has room for any number. */
#define NUMBERED 32

/* Room behind the records for the items, and for as many to sort with; between
 * them for as many records with longer names, where `numbered`. */
static bool make_items(struct listing *l, size_t used, bool numbered)
{
	size_t most = used / SHORTEST;
	size_t at = (used + ORDER_SLACK + 15) & ~(size_t)15;
	size_t wanted;
	char *e, *end;

	if (numbered)
		at += most * NUMBERED;
	wanted = at + 2 * most * sizeof(struct item);
	if (wanted > l->size && !grow(l, used, wanted))
		return false;
	l->item = (struct item *)(l->map + at);
	end = l->map + used;
	for (e = l->map; e < end; e += ((struct dirent *)e)->d_reclen)
		l->item[l->count++].entry = (struct dirent *)e;
	return true;
}

/* Makes the names of processes what is shown, in records behind the others. */
static void show_numbers(struct listing *l, size_t used)
{
	char *record = l->map + ((used + ORDER_SLACK + 15) & ~(size_t)15);
	const size_t room = NUMBERED - offsetof(struct dirent, d_name);
	size_t kept = 0;

	for (size_t i = 0; i < l->count; i++) {
		struct dirent *e = l->item[i].entry, *moved = (void *)record;

		if (*e->d_name >= '0' && *e->d_name <= '9' &&
		    e->d_reclen <= NUMBERED) {
			memcpy(moved, e, e->d_reclen);
			moved->d_reclen = NUMBERED;
			record += NUMBERED;
			e = moved;
			if (!procfs_name(e->d_name, room))
				continue;
		}
		l->item[kept++].entry = e;
	}
	l->count = kept;
}

/* What was only there to sort with. */
static void drop_spare(struct listing *l)
{
	uintptr_t spare = (uintptr_t)(l->item + l->count);
	uintptr_t end = (uintptr_t)(l->map + l->size);

	spare = (spare + SB_PAGE - 1) & -(uintptr_t)SB_PAGE;
	if (l->size > LARGE && spare < end)
		sys3(SYS_madvise, spare, end - spare, MADV_DONTNEED);
}

/* The directory in which runs are kept; ino 0: not known. */
static struct {
	dev_t dev;
	ino_t ino;
	char name[256];
	bool looked;
} kept_in;

static void look_for_store(void)
{
	char path[sizeof(config.dir)];
	const char *base;
	struct stat st;
	char *end;

	memcpy(path, config.dir, sizeof(path));
	end = strrchr(path, '/');
	if (!end || end == path)
		return;
	*end = 0;
	base = strrchr(path, '/');
	if (base && strlen(base) <= sizeof(kept_in.name) &&
	    !sys4(SYS_newfstatat, AT_FDCWD, path, &st, 0)) {
		memcpy(kept_in.name, base + 1, strlen(base));
		kept_in.dev = st.st_dev;
		kept_in.ino = st.st_ino;
	}
}

/* The store is not the program's: a walk through it would find this run, and
 * those before it, which no two runs have in common. */
static void leave_out_store(struct listing *l, int fd)
{
	struct stat st;
	size_t kept = 0;

	if (!kept_in.looked)
		look_for_store();
	kept_in.looked = true;
	if (!kept_in.ino || sys2(SYS_fstat, fd, &st) || st.st_dev != kept_in.dev)
		return;
	for (size_t i = 0; i < l->count; i++) {
		const struct dirent *e = l->item[i].entry;

		if (e->d_ino != kept_in.ino || strcmp(e->d_name, kept_in.name))
			l->item[kept++] = l->item[i];
	}
	l->count = kept;
}

/* ---- a recording ---- */

/* Keeps the names in the disk's order. */
static void keep_names(struct listing *l, struct thread *self)
{
	size_t len = 0, used = 0;
	char *names;

	for (size_t i = 0; i < l->count; i++)
		len += strlen(l->item[i].entry->d_name) + 1;
	names = map_pages(len + 1);
	if (failed(names))
		return;
	for (size_t i = 0; i < l->count; i++) {
		size_t n = strlen(l->item[i].entry->d_name) + 1;

		memcpy(names + used, l->item[i].entry->d_name, n);
		used += n;
	}
	tape_keep(self, SB_TAPE_NAMES, names, len);
	sys2(SYS_munmap, names, len + 1);
}

/* The place of a name among sorted items; NULL: it is not there. */
static struct item *item_of(struct item *item, size_t n, const char *name)
{
	size_t first = 0;

	while (first < n) {
		size_t middle = first + (n - first) / 2;
		int c = order_compare(item[middle].entry->d_name, name);

		if (!c)
			return &item[middle];
		if (c < 0)
			first = middle + 1;
		else
			n = middle;
	}
	return NULL;
}

/* Items are sorted: into the order in which the names were recorded, those that
 * are new behind them. */
static void give_names(struct listing *l, const char *names, size_t len)
{
	struct item *sorted = l->item + l->count, *it;
	size_t n = 0;

	memcpy(sorted, l->item, l->count * sizeof(*sorted));
	for (size_t at = 0; at < len && n < l->count;
	     at += strlen(names + at) + 1) {
		it = item_of(sorted, l->count, names + at);
		if (!it || !it->key)
			continue;
		l->item[n++] = *it;
		it->key = 0;
	}
	for (size_t i = 0; i < l->count && n < l->count; i++)
		if (sorted[i].key)
			l->item[n++] = sorted[i];
}

static void order_recorded(struct listing *l, struct thread *self)
{
	const char *names;
	size_t len;

	if (config.tape == TAPE_RECORD) {
		keep_names(l, self);
		return;
	}
	order_items(l->item, l->item + l->count, l->count);
	names = tape_take(self, SB_TAPE_NAMES, &len);
	/* The last one's terminator is the shim's that wrote them. */
	if (!names || !len || names[len - 1])
		return;
	for (size_t i = 0; i < l->count; i++)
		l->item[i].key = 1;
	give_names(l, names, len);
}

bool listing_read(struct listing *l, int fd)
{
	bool numbered = lists_processes(fd);
	ssize_t used = -1;

	*l = (struct listing){ .map = map_new(SMALL), .size = SMALL };
	if (l->map)
		used = read_records(l, fd);
	if (used < 0 || !make_items(l, (size_t)used, numbered)) {
		listing_drop(l);
		return false;
	}
	if (numbered)
		show_numbers(l, (size_t)used);
	else
		leave_out_store(l, fd);
	if (config.tape && thread_me)
		order_recorded(l, thread_me);
	else
		order_items(l->item, l->item + l->count, l->count);
	drop_spare(l);
	return true;
}

/* The entry at this place, with its own position as all have it. */
static struct dirent *entry_at(const struct listing *l, size_t i)
{
	struct dirent *e = l->item[i].entry;

	/* Records lie in another order than they are handed out. */
	if (i + 8 < l->count)
		__builtin_prefetch(l->item[i + 8].entry, 1);
	e->d_off = (off_t)i + 1;
	return e;
}

/*
 * Streams are found by libc's DIR. A place in the table is never given back but
 * to another stream, so that no lock is needed to look: not here, not in a
 * signal handler, not in a forked child.
 */
struct stream {
	DIR *dir; /* NULL: free */
	struct stream *next;
	int fd;
	int locked; /* by a thread that reads, as libc locks streams */
	bool filled;
	bool left; /* to libc, for want of memory */
	size_t at; /* the next entry; may be beyond the end */
	struct listing listing;
};
#define BUCKETS 1024 /* a power of two */
static struct stream *bucket[BUCKETS];

static struct stream **bucket_of(const DIR *dir)
{
	return &bucket[((uintptr_t)dir >> 4) * 0x9e3779b97f4a7c15u >> 54];
}

static struct stream *find(const DIR *dir)
{
	struct stream *s = __atomic_load_n(bucket_of(dir), __ATOMIC_ACQUIRE);

	while (s && __atomic_load_n(&s->dir, __ATOMIC_RELAXED) != dir)
		s = __atomic_load_n(&s->next, __ATOMIC_ACQUIRE);
	return s;
}

/* A new place; NULL: no memory. Cut off a mapping that is never given back. */
static struct stream *place_new(void)
{
	static struct stream *chunk;
	static size_t left;
	uint64_t mask = engine_lock();
	struct stream *s = NULL;

	if (!left) {
		void *map = (void *)sys6(SYS_mmap, NULL, SB_PAGE,
					 PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (!failed(map)) {
			chunk = map;
			left = SB_PAGE / sizeof(*chunk);
		}
	}
	if (left)
		s = &chunk[--left];
	engine_unlock(mask);
	return s;
}

/* A free place of this bucket, or a new one, which is the caller's. */
static struct stream *place_for(DIR *dir)
{
	struct stream **head = bucket_of(dir), *s;

	for (s = __atomic_load_n(head, __ATOMIC_ACQUIRE); s; s = s->next) {
		DIR *none = NULL;

		if (__atomic_compare_exchange_n(&s->dir, &none, dir, false,
						__ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return s;
	}
	s = place_new();
	if (!s)
		return NULL;
	s->dir = dir;
	s->next = __atomic_load_n(head, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(head, &s->next, s, false,
					    __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
	return s;
}

void dir_opened(DIR *dir)
{
	struct stream *s;

	if (!dir || !process.active || config.audit ||
	    config.order == ORDER_DISK)
		return;
	s = find(dir);
	if (s) /* closed behind our back */
		listing_drop(&s->listing);
	else
		s = place_for(dir);
	if (!s)
		return;
	s->fd = dirfd(dir);
	s->locked = 0;
	s->filled = s->left = false;
}

void dir_closing(DIR *dir)
{
	struct stream *s = find(dir);

	if (!s)
		return;
	listing_drop(&s->listing);
	__atomic_store_n(&s->dir, NULL, __ATOMIC_RELEASE);
}

void dir_unordered(void)
{
	static bool said;
	uint64_t mask;

	if (__atomic_exchange_n(&said, true, __ATOMIC_RELAXED))
		return;
	mask = engine_lock();
	log_blind("order", "for want of memory a directory was read in the "
			   "order of the disk");
	engine_unlock(mask);
}

/* From its start, whatever the position: that says where to go on. */
static bool fill(struct stream *s)
{
	long at = sys3(SYS_lseek, s->fd, 0, SEEK_CUR);

	if (at > 0)
		sys3(SYS_lseek, s->fd, 0, SEEK_SET);
	listing_drop(&s->listing); /* of a try that failed */
	if (!listing_read(&s->listing, s->fd)) {
		sys3(SYS_lseek, s->fd, at, SEEK_SET);
		dir_unordered();
		return false;
	}
	s->at = at > 0 ? (size_t)at : 0;
	s->filled = s->listing.count || !s->listing.error;
	return true;
}

/* The stream, locked; NULL: not ours. */
static struct stream *enter(DIR *dir)
{
	struct stream *s = find(dir);

	while (s && __atomic_exchange_n(&s->locked, 1, __ATOMIC_ACQUIRE))
		sys0(SYS_sched_yield);
	return s;
}

static void leave(struct stream *s)
{
	__atomic_store_n(&s->locked, 0, __ATOMIC_RELEASE);
}

static int take(struct stream *s, struct dirent **e)
{
	*e = NULL;
	if (!s->filled && !s->left)
		s->left = !fill(s);
	if (s->left)
		return -1;
	if (s->at < s->listing.count) {
		*e = entry_at(&s->listing, s->at++);
		return 0;
	}
	/* One that was removed is at its end, as libc has it. */
	return s->listing.error == -ENOENT ? 0 : -s->listing.error;
}

int dir_next(DIR *dir, struct dirent **e)
{
	struct stream *s = enter(dir);
	int ret = -1;

	if (s) {
		ret = take(s, e);
		leave(s);
	}
	return ret;
}

long dir_tell(DIR *dir)
{
	struct stream *s = enter(dir);
	long at = -1;

	if (s) {
		if (s->filled)
			at = (long)s->at;
		leave(s);
	}
	return at;
}

bool dir_seek(DIR *dir, long at)
{
	struct stream *s = enter(dir);
	bool ours = s && s->filled;

	if (ours)
		s->at = (size_t)at;
	if (s)
		leave(s);
	return ours;
}

void dir_rewind(DIR *dir)
{
	struct stream *s = enter(dir);

	if (!s)
		return;
	s->filled = false;
	listing_drop(&s->listing);
	leave(s);
}

/*
 * Descriptors that are read without a stream keep what was read until its end
 * was handed out; one that is closed before, until others need the place. With
 * too many at once, directories are read anew.
 */
#define DESCRIPTORS 64
static struct descriptor {
	int fd;
	dev_t dev;
	ino_t ino;
	uint64_t used; /* when; 0: never */
	struct listing listing;
} descriptors[DESCRIPTORS];
static uint64_t uses;

/* What this descriptor is at, or the place that was not used for longest. */
static struct descriptor *descriptor_of(int fd, const struct stat *st)
{
	struct descriptor *oldest = descriptors;

	for (struct descriptor *d = descriptors;
	     d < descriptors + DESCRIPTORS; d++) {
		if (d->used && d->fd == fd && d->dev == st->st_dev &&
		    d->ino == st->st_ino)
			return d;
		if (d->used < oldest->used)
			oldest = d;
	}
	listing_drop(&oldest->listing);
	*oldest = (struct descriptor){ .fd = fd, .dev = st->st_dev,
				       .ino = st->st_ino };
	return oldest;
}

/* struct linux_dirent of getdents(2): the type stands in the last byte. */
struct old_dirent {
	unsigned long d_ino, d_off;
	unsigned short d_reclen;
	char d_name[];
};

static size_t length(const struct dirent *e, bool old)
{
	size_t n = old ? offsetof(struct old_dirent, d_name) + 1
		       : offsetof(struct dirent, d_name);

	return (n + strlen(e->d_name) + 1 + 7) & ~(size_t)7;
}

static void store(char *to, const struct dirent *e, size_t n, bool old)
{
	struct old_dirent *o = (struct old_dirent *)to;

	if (!old) {
		memcpy(to, e, n);
		return;
	}
	memset(to, 0, n);
	o->d_ino = e->d_ino;
	o->d_off = (unsigned long)e->d_off;
	o->d_reclen = (unsigned short)n;
	memcpy(o->d_name, e->d_name, strlen(e->d_name));
	to[n - 1] = (char)e->d_type;
}

/* Moves *at on; bytes, or -errno. */
static long hand_out(const struct listing *l, size_t *at, char *buf, size_t len,
		     bool old)
{
	size_t used = 0;

	for (; *at < l->count; ++*at) {
		const struct dirent *e = entry_at(l, *at);
		size_t n = length(e, old);

		if (n > len - used)
			return used ? (long)used : -EINVAL;
		store(buf + used, e, n, old);
		used += n;
	}
	return used ? (long)used : l->error;
}

static long serve(int fd, void *buf, size_t len, bool old)
{
	long at = sys3(SYS_lseek, fd, 0, SEEK_CUR), n;
	struct descriptor *d;
	struct stat st;
	size_t next;

	n = sys2(SYS_fstat, fd, &st);
	if (n < 0)
		return n;
	if (!S_ISDIR(st.st_mode) || at < 0)
		return -ENOTDIR;
	d = descriptor_of(fd, &st);
	if (!at || !d->listing.map) {
		listing_drop(&d->listing);
		sys3(SYS_lseek, fd, 0, SEEK_SET);
		if (!listing_read(&d->listing, fd)) {
			sys3(SYS_lseek, fd, at, SEEK_SET);
			return -ENOMEM;
		}
	}
	next = (size_t)at;
	n = hand_out(&d->listing, &next, buf, len, old);
	sys3(SYS_lseek, fd, next, SEEK_SET);
	d->used = ++uses;
	if (n <= 0)
		listing_drop(&d->listing);
	return n;
}

/* Not the engine's lock, which a replay needs that leaves its recording. */
static int descriptors_word;

void dir_forget(void)
{
	descriptors_word = 0;
	for (struct descriptor *d = descriptors; d < descriptors + DESCRIPTORS;
	     d++)
		*d = (struct descriptor){ 0 };
}

long dir_getdents(int fd, void *buf, size_t len, bool old)
{
	uint64_t mask = word_take(&descriptors_word);
	long n = serve(fd, buf, len, old);

	word_give(&descriptors_word, mask);
	if (n != -ENOMEM)
		return n;
	dir_unordered();
	return sys3(old ? SYS_getdents : SYS_getdents64, fd, buf, len);
}

uint64_t dir_digest(const char *buf, long n, bool old)
{
	uint64_t digest = 0;

	for (long at = 0; at < n;) {
		const struct dirent *e = (const void *)(buf + at);
		const struct old_dirent *o = (const void *)e;

		/* Where the lengths stand, both are the same. */
		digest = digest_word(digest, old ? digest_string(o->d_name)
						 : entry_digest(e));
		at += e->d_reclen;
	}
	return digest;
}
