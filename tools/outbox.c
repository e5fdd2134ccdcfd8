/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "outbox.h"

#define FORMAT 1
#define HALF ".new-" /* in front of what is being written */

static char *new_id(void)
{
	struct timespec now;
	unsigned chance = 0;
	char *id;

	clock_gettime(CLOCK_REALTIME, &now);
	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) < 0)
		chance = (unsigned)getpid();
	if (asprintf(&id, "%010lld%09ld-%08x", (long long)now.tv_sec,
		     now.tv_nsec, chance) < 0)
		return NULL;
	return id;
}

static int make_directory(const char *store)
{
	char path[PATH_MAX];

	if (mkdir(store, 0755) && errno != EEXIST)
		return -errno;
	snprintf(path, sizeof(path), "%s/" OUTBOX_DIR, store);
	return mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
}

static int dump(const json_t *content, int fd)
{
	errno = 0;
	if (json_dumpfd(content, fd, JSON_INDENT(1) | JSON_REAL_PRECISION(17)))
		return errno ? -errno : -EIO;
	return fsync(fd) ? -errno : 0;
}

/* Locked before it has its name, so that nobody else sends it first. */
static int write_locked(const char *store, const char *path, const char *id,
			const json_t *content)
{
	char beside[PATH_MAX];
	int fd, ret;

	snprintf(beside, sizeof(beside), "%s/" OUTBOX_DIR "/" HALF "%s", store,
		 id);
	fd = open(beside, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	ret = flock(fd, LOCK_EX | LOCK_NB) ? -errno : dump(content, fd);
	if (!ret && rename(beside, path))
		ret = -errno;
	if (!ret)
		return fd;
	unlink(beside);
	close(fd);
	return ret;
}

static int name_it(struct outbox_entry *e, const char *store)
{
	char absolute[PATH_MAX];

	if (asprintf(&e->path, "%s/" OUTBOX_DIR "/%s.json",
		     realpath(store, absolute) ? absolute : store, e->id) < 0) {
		e->path = NULL;
		return -ENOMEM;
	}
	return 0;
}

int outbox_add(struct outbox_entry *e, const char *store, json_t *content)
{
	int ret = make_directory(store);

	*e = (struct outbox_entry){ .content = content, .id = new_id(),
				    .fd = -1 };
	if (!e->id)
		return -ENOMEM;
	json_object_set_new(content, "format", json_integer(FORMAT));
	json_object_set_new(content, "id", json_string(e->id));
	if (!ret)
		ret = name_it(e, store);
	if (!ret)
		ret = write_locked(store, e->path, e->id, content);
	if (ret < 0)
		return ret;
	e->fd = ret;
	return 0;
}

static int is_entry(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 5 && d->d_name[0] != '.' &&
	       !strcmp(d->d_name + n - 5, ".json");
}

static int is_half(const struct dirent *d)
{
	return !strncmp(d->d_name, HALF, strlen(HALF));
}

static void remove_half(const char *directory, const char *name)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		unlink(path);
	close(fd);
}

/* Visits names in the outbox; how many, or -1. */
static int names(const char *directory, int (*which)(const struct dirent *),
		 json_t *list)
{
	struct dirent **entry;
	int n = scandir(directory, &entry, which, alphasort);

	for (int i = 0; i < n; i++) {
		if (list)
			json_array_append_new(list,
					      json_string(entry[i]->d_name));
		else
			remove_half(directory, entry[i]->d_name);
		free(entry[i]);
	}
	if (n >= 0)
		free(entry);
	return n;
}

json_t *outbox_list(const char *store)
{
	json_t *list = json_array();
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/" OUTBOX_DIR, store);
	names(path, is_half, NULL);
	if (names(path, is_entry, list) > 0)
		return list;
	json_decref(list);
	return NULL;
}

/* The file may have been sent and removed before the lock was ours. */
static int lock(struct outbox_entry *e)
{
	struct stat here, there;

	if (flock(e->fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	if (fstat(e->fd, &here))
		return -errno;
	return stat(e->path, &there) || there.st_ino != here.st_ino ? -ENOENT
								     : 0;
}

static int read_it(struct outbox_entry *e)
{
	const char *id;

	e->content = json_loadfd(e->fd, 0, NULL);
	id = json_string_value(json_object_get(e->content, "id"));
	if (!id || json_integer_value(json_object_get(e->content, "format")) !=
			   FORMAT)
		return -EBADMSG;
	e->id = strdup(id);
	return e->id ? 0 : -ENOMEM;
}

int outbox_open(struct outbox_entry *e, const char *store, const char *name)
{
	int ret;

	*e = (struct outbox_entry){ .fd = -1 };
	if (asprintf(&e->path, "%s/" OUTBOX_DIR "/%s", store, name) < 0) {
		e->path = NULL;
		return -ENOMEM;
	}
	e->fd = open(e->path, O_RDWR | O_CLOEXEC);
	if (e->fd < 0)
		return -errno;
	ret = lock(e);
	return ret ? ret : read_it(e);
}

int outbox_remove(struct outbox_entry *e)
{
	return e->fd >= 0 && unlink(e->path) ? -errno : 0;
}

/* In a new file, which is locked before it takes the place of the old one. What
 * cannot be told on a full disk is not needed to send it. */
void outbox_keep(struct outbox_entry *e, const char *why)
{
	char store[PATH_MAX];
	int fd;

	if (e->fd < 0)
		return;
	snprintf(store, sizeof(store), "%.*s",
		 (int)(strstr(e->path, "/" OUTBOX_DIR "/") - e->path),
		 e->path);
	json_object_set_new(e->content, "why", json_string(why));
	fd = write_locked(store, e->path, e->id, e->content);
	if (fd < 0)
		return;
	close(e->fd);
	e->fd = fd;
}

void outbox_close(struct outbox_entry *e)
{
	if (e->fd >= 0)
		close(e->fd);
	free(e->path);
	free(e->id);
	json_decref(e->content);
	*e = (struct outbox_entry){ .fd = -1 };
}
