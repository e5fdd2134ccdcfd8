/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "digest.h"

#define BLOCK (1u << 20)
#define BLOCK_LEAST 4096
#define NS 1000000000ll
#define RACY (2 * NS)
#define FILE_MOST (4u << 20) /* of the store's file; larger, it starts anew */

static int digest_fd(struct digest *d, int fd, const struct stat *st,
		     const volatile bool *stop)
{
	size_t room =
		st->st_size < BLOCK ? (size_t)st->st_size + BLOCK_LEAST : BLOCK;
	XXH3_state_t *x = XXH3_createState();
	char *block = malloc(room);
	ssize_t n = x && block ? 1 : -1;
	XXH128_hash_t h;
	int ret = n < 0 ? -ENOMEM : 0;

	d->size = 0;
	if (room >= BLOCK)
		posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	if (!ret)
		XXH3_128bits_reset(x);
	while (!ret && n > 0) {
		n = read(fd, block, room);
		if (n < 0)
			ret = -errno;
		else if (stop && *stop)
			ret = -ECANCELED;
		else
			XXH3_128bits_update(x, block, (size_t)n);
		d->size += n > 0 ? (uint64_t)n : 0;
	}
	if (!ret) {
		h = XXH3_128bits_digest(x);
		d->part[0] = h.high64;
		d->part[1] = h.low64;
	}
	free(block);
	XXH3_freeState(x);
	return ret;
}

/* A FIFO must not make us wait for its other end. */
static int open_regular(const char *path, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int ret = fd < 0 || fstat(fd, st) ? -errno : 0;

	if (!ret && !S_ISREG(st->st_mode))
		ret = -EINVAL;
	if (ret && fd >= 0)
		close(fd);
	return ret ? ret : fd;
}

int digest_file(struct digest *d, const char *path, const volatile bool *stop)
{
	struct stat st;
	int fd = open_regular(path, &st), ret;

	if (fd < 0)
		return fd;
	ret = digest_fd(d, fd, &st, stop);
	close(fd);
	return ret;
}

/* ---- what is known ---- */

struct entry {
	uint64_t check; /* of the rest */
	uint64_t dev, ino, size;
	int64_t mtime, ctime;
	uint64_t part[2];
};
_Static_assert(sizeof(struct entry) == 64, "an entry of the file");

struct known {
	struct entry entry;
	bool keep;   /* it can be told from later contents */
	bool stored; /* it is in the file */
};

struct digests {
	pthread_mutex_t lock;
	char file[PATH_MAX];
	struct known *known; /* open addressing, by inode */
	size_t room, used;   /* room is a power of two */
	off_t size;	     /* of the file */
};

static uint64_t check_of(const struct entry *e)
{
	return XXH3_64bits(&e->dev, sizeof(*e) - sizeof(e->check)) | 1;
}

static int64_t ns(struct timespec t)
{
	return t.tv_sec * NS + t.tv_nsec;
}

/* Numbers of devices without hardware (overlay, btrfs) are given out anew at
 * each mount: the other fields must do. */
static uint64_t device(uint64_t dev)
{
	return major(dev) ? dev : 0;
}

static size_t slot(const struct digests *k, uint64_t dev, uint64_t ino)
{
	uint64_t key[2] = { dev, ino };

	return (size_t)XXH3_64bits(key, sizeof(key)) & (k->room - 1);
}

static void put(struct digests *k, const struct known *what)
{
	size_t i = slot(k, what->entry.dev, what->entry.ino);

	while (k->known[i].entry.check)
		i = (i + 1) & (k->room - 1);
	k->known[i] = *what;
	k->used++;
}

static bool grow(struct digests *k)
{
	struct digests larger = { .room = k->room * 2 };

	if (k->used * 2 < k->room)
		return true;
	larger.known = calloc(larger.room, sizeof(*larger.known));
	if (!larger.known)
		return false;
	for (size_t i = 0; i < k->room; i++)
		if (k->known[i].entry.check)
			put(&larger, &k->known[i]);
	free(k->known);
	k->known = larger.known;
	k->room = larger.room;
	return true;
}

static void add(struct digests *k, const struct known *what)
{
	if (grow(k))
		put(k, what);
}

/* Any ctime will do where it is not known. */
static const struct known *find(const struct digests *k, const struct entry *e,
				bool ctime)
{
	const struct known *at;

	for (size_t i = slot(k, e->dev, e->ino);
	     (at = &k->known[i])->entry.check; i = (i + 1) & (k->room - 1))
		if (at->entry.dev == e->dev && at->entry.ino == e->ino &&
		    at->entry.size == e->size && at->entry.mtime == e->mtime &&
		    (!ctime || at->entry.ctime == e->ctime))
			return at;
	return NULL;
}

static void load(struct digests *k)
{
	int fd = open(k->file, O_RDONLY | O_CLOEXEC);
	struct entry e[64];
	ssize_t n;

	while (fd >= 0 && (n = read(fd, e, sizeof(e))) > 0) {
		k->size += n;
		for (size_t i = 0; i < (size_t)n / sizeof(*e); i++)
			if (e[i].check == check_of(&e[i]) &&
			    !find(k, &e[i], true))
				add(k, &(struct known){ e[i], true, true });
	}
	if (fd >= 0)
		close(fd);
}

int digest_lines(struct digest *d, const char *path)
{
	FILE *f = fopen(path, "re");
	size_t room = 0;
	char *line = NULL;
	ssize_t n;
	int ret;

	if (!f)
		return -errno;
	*d = (struct digest){ { 0, 0 }, 0 };
	while ((n = getline(&line, &room, f)) > 0) {
		XXH128_hash_t h = XXH3_128bits(line, (size_t)n);

		d->part[0] += h.high64;
		d->part[1] += h.low64;
		d->size += (uint64_t)n;
	}
	ret = ferror(f) ? -EIO : 0;
	free(line);
	fclose(f);
	return ret;
}

struct digests *digests_open(const char *store)
{
	struct digests *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->room = 1024;
	k->known = calloc(k->room, sizeof(*k->known));
	if (!k->known) {
		free(k);
		return NULL;
	}
	pthread_mutex_init(&k->lock, NULL);
	snprintf(k->file, sizeof(k->file), "%s/digests", store);
	load(k);
	return k;
}

/* Several may add at a time: each entry is one piece of one write, and says of
 * itself whether it is whole. */
static void store(const struct digests *k, int fd)
{
	struct entry *e = malloc((k->used + 1) * sizeof(*e));
	size_t n = 0;

	for (size_t i = 0; e && i < k->room; i++)
		if (k->known[i].keep && !k->known[i].stored)
			e[n++] = k->known[i].entry;
	if (n && write(fd, e, n * sizeof(*e)) < 0)
		n = 0; /* a full disk: they are found again next time */
	free(e);
}

void digests_close(struct digests *k)
{
	int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
	int fd;

	if (!k)
		return;
	if (k->size > FILE_MOST || k->size % (off_t)sizeof(struct entry))
		flags |= O_TRUNC;
	for (size_t i = 0; i < k->room; i++)
		if (k->known[i].keep && !k->known[i].stored) {
			fd = open(k->file, flags, 0644);
			if (fd >= 0) {
				store(k, fd);
				close(fd);
			}
			break;
		}
	digests_drop(k);
}

void digests_drop(struct digests *k)
{
	if (!k)
		return;
	pthread_mutex_destroy(&k->lock);
	free(k->known);
	free(k);
}

static void describe(struct entry *e, const struct stat *st)
{
	*e = (struct entry){ .dev = device(st->st_dev),
			     .ino = st->st_ino,
			     .size = (uint64_t)st->st_size,
			     .mtime = ns(st->st_mtim),
			     .ctime = ns(st->st_ctim) };
}

static bool settled(const struct entry *e)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return ns(now) - e->mtime > RACY && ns(now) - e->ctime > RACY;
}

static bool lookup(struct digests *k, const struct entry *e, bool ctime,
		   struct digest *d)
{
	const struct known *found;

	pthread_mutex_lock(&k->lock);
	found = find(k, e, ctime);
	if (found)
		*d = (struct digest){ { found->entry.part[0],
					found->entry.part[1] },
				      found->entry.size };
	pthread_mutex_unlock(&k->lock);
	return found;
}

int digests_find(struct digests *k, const char *path, struct digest *d,
		 const volatile bool *stop)
{
	struct known what = { .stored = false };
	struct entry after;
	struct stat st;
	int fd = open_regular(path, &st), ret;

	if (fd < 0)
		return fd;
	describe(&what.entry, &st);
	what.keep = settled(&what.entry);
	if (what.keep && lookup(k, &what.entry, true, d)) {
		close(fd);
		return 0;
	}
	ret = digest_fd(d, fd, &st, stop);
	if (!ret && fstat(fd, &st))
		ret = -errno;
	close(fd);
	if (ret)
		return ret;
	describe(&after, &st);
	if (memcmp(&after, &what.entry, sizeof(after)) || d->size != after.size)
		return -EAGAIN;
	memcpy(what.entry.part, d->part, sizeof(d->part));
	what.entry.check = check_of(&what.entry);
	pthread_mutex_lock(&k->lock);
	if (!find(k, &what.entry, true))
		add(k, &what);
	pthread_mutex_unlock(&k->lock);
	return 0;
}

bool digests_past(struct digests *k, uint64_t dev, uint64_t ino, uint64_t size,
		  int64_t mtime, struct digest *d)
{
	struct entry e = {
		.dev = device(dev), .ino = ino, .size = size, .mtime = mtime
	};

	return lookup(k, &e, false, d);
}
