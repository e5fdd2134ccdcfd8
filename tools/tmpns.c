/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tmpns.h"

static const char *const places[] = { "/tmp", "/dev/shm" };
#define PLACES (sizeof(places) / sizeof(*places))

/* What stays of a place: an entry at its top, held open while the place is
 * covered. */
struct entry {
	char name[NAME_MAX + 1];
	int fd;
};
#define ENTRIES 16

struct place {
	char path[PATH_MAX]; /* without links; "": there is none */
	struct entry entry[ENTRIES];
	int entries;
};

static void find_place(struct place *p, const char *path)
{
	p->entries = 0;
	if (!realpath(path, p->path))
		*p->path = 0;
}

/* What follows the place's name in a path; NULL: it lies elsewhere. */
static const char *below(const struct place *p, const char *path)
{
	size_t n = strlen(p->path);

	if (!n || strncmp(path, p->path, n) || (path[n] && path[n] != '/'))
		return NULL;
	return path + n + strspn(path + n, "/");
}

const char *tmpns_conflict(const char *directory)
{
	static struct place p;
	char real[PATH_MAX];

	for (size_t i = 0; i < PLACES && realpath(directory, real); i++) {
		const char *rest;

		find_place(&p, places[i]);
		rest = below(&p, real);
		if (rest && !*rest)
			return places[i];
	}
	return NULL;
}

static int write_to(const char *file, const char *text)
{
	ssize_t n = (ssize_t)strlen(text);
	int fd = open(file, O_WRONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, (size_t)n) != n)
		ret = -errno;
	close(fd);
	return ret;
}

/* With our own user and group in it; to name groups, others must be denied. */
static int unshare_users(void)
{
	char uid[64], gid[64];
	int ret;

	snprintf(uid, sizeof(uid), "%u %u 1", geteuid(), geteuid());
	snprintf(gid, sizeof(gid), "%u %u 1", getegid(), getegid());
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return -errno;
	ret = write_to("/proc/self/setgroups", "deny");
	if (!ret)
		ret = write_to("/proc/self/uid_map", uid);
	return ret ? ret : write_to("/proc/self/gid_map", gid);
}

int tmpns_unshare(void)
{
	int ret = unshare(CLONE_NEWNS) ? -errno : 0;

	if (ret == -EPERM)
		ret = unshare_users();
	/* Nothing that we mount may come to be outside. */
	if (!ret && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		ret = -errno;
	return ret;
}

static bool has(const struct place *p, const char *name, size_t n)
{
	for (int i = 0; i < p->entries; i++)
		if (!strncmp(p->entry[i].name, name, n) &&
		    !p->entry[i].name[n])
			return true;
	return false;
}

static int keep_path(struct place *p, const char *path)
{
	const char *name = below(p, path);
	size_t n = name ? strcspn(name, "/") : 0;
	struct entry *e = &p->entry[p->entries];
	char top[PATH_MAX + NAME_MAX + 2];

	if (!n || n > NAME_MAX || has(p, name, n))
		return 0;
	if (p->entries == ENTRIES)
		return -ENOSPC;
	snprintf(e->name, sizeof(e->name), "%.*s", (int)n, name);
	snprintf(top, sizeof(top), "%s/%s", p->path, e->name);
	e->fd = open(top, O_PATH | O_CLOEXEC);
	if (e->fd < 0)
		return -errno;
	p->entries++;
	return 0;
}

/* By its own name, and by the one without links. */
static int keep_all(struct place *p, const char *const keep[])
{
	char real[PATH_MAX];
	int ret = 0;

	for (size_t i = 0; !ret && keep[i]; i++) {
		ret = keep_path(p, keep[i]);
		if (!ret && realpath(keep[i], real))
			ret = keep_path(p, real);
	}
	return ret;
}

static int show_entry(const struct place *p, const struct entry *e)
{
	char from[64], to[PATH_MAX + NAME_MAX + 2];
	struct stat st;
	int fd;

	snprintf(from, sizeof(from), "/proc/self/fd/%d", e->fd);
	snprintf(to, sizeof(to), "%s/%s", p->path, e->name);
	if (fstat(e->fd, &st))
		return -errno;
	if (S_ISDIR(st.st_mode)) {
		if (mkdir(to, 0700))
			return -errno;
	} else {
		fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0)
			return -errno;
		close(fd);
	}
	return mount(from, to, NULL, MS_BIND | MS_REC, NULL) ? -errno : 0;
}

static int cover(struct place *p, const char *const keep[])
{
	int ret = *p->path ? keep_all(p, keep) : 0;

	if (!*p->path || ret)
		return ret;
	if (mount("samebits", p->path, "tmpfs", MS_NOSUID | MS_NODEV,
		  "mode=1777"))
		return -errno;
	for (int i = 0; i < p->entries; i++) {
		if (!ret)
			ret = show_entry(p, &p->entry[i]);
		close(p->entry[i].fd);
	}
	return ret;
}

/* $TMPDIR in one of the places: programs expect that it is there. */
static void make_tmpdir(const struct place *p)
{
	const char *tmpdir = getenv("TMPDIR");
	const char *rest = tmpdir ? below(p, tmpdir) : NULL;
	char path[PATH_MAX];

	if (!rest || !*rest || strlen(tmpdir) >= sizeof(path))
		return;
	strcpy(path, tmpdir);
	for (char *c = path + (rest - tmpdir); *c; c++)
		if (*c == '/') {
			*c = 0;
			mkdir(path, 0700);
			*c = '/';
		}
	mkdir(path, 0700);
}

int tmpns_enter(const char *const keep[], const char **failed)
{
	static struct place p;
	char cwd[PATH_MAX];
	int ret;

	*failed = "the working directory has no name";
	if (!getcwd(cwd, sizeof(cwd)))
		return -errno;
	*failed = "no mount namespace can be made here";
	ret = tmpns_unshare();
	for (size_t i = 0; !ret && i < PLACES; i++) {
		*failed = places[i];
		find_place(&p, places[i]);
		ret = cover(&p, keep);
		if (!ret)
			make_tmpdir(&p);
	}
	if (ret)
		return ret;
	/* Back to where we were, by the way that is visible now. */
	*failed = "the working directory cannot be entered again";
	return chdir(cwd) ? -errno : 0;
}
