/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "globs.h"
#include "layer.h"
#include "snapshot.h"
#include "tmpns.h"

/* ---- places ---- */

char *snapshot_file(const struct snapshot *s, unsigned k, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%u", s->base, k) < 0)
		return NULL;
	mkdir(path, 0700);
	free(path);
	return asprintf(&path, "%s/%u/%s", s->base, k, name) < 0 ? NULL : path;
}

static bool within(const char *path, const char *directory)
{
	return !strcmp(path, directory) || path_below(path, directory) != path;
}

/* A layer must not lie in the directory that it is above: the kernel refuses.
 * On the same file system, what is kept can be renamed into place. */
static char *base_in(const char *directory, const char *cwd, bool same_disk)
{
	char real[PATH_MAX], *path;
	struct stat a, b;

	if (!realpath(directory, real) || within(real, cwd))
		return NULL;
	if (same_disk &&
	    (stat(real, &a) || stat(cwd, &b) || a.st_dev != b.st_dev))
		return NULL;
	if (asprintf(&path, "%s/samebits-experiment-XXXXXX", real) < 0)
		return NULL;
	if (!mkdtemp(path)) {
		free(path);
		return NULL;
	}
	return path;
}

static char *users_cache(void)
{
	const char *cache = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");
	char *path = NULL;

	if (cache && *cache == '/') {
		mkdir(cache, 0700);
		return strdup(cache);
	}
	if (!home || *home != '/' || asprintf(&path, "%s/.cache", home) < 0)
		return NULL;
	mkdir(path, 0700);
	return path;
}

static char *find_base(const char *store, const char *cwd)
{
	char *cache = users_cache(), *base = NULL;
	const char *const place[] = { store, cache, "/var/tmp", "/tmp" };

	for (int same = 1; same >= 0 && !base; same--)
		for (size_t i = 0; i < sizeof(place) / sizeof(*place) && !base;
		     i++)
			if (place[i])
				base = base_in(place[i], cwd, same);
	free(cache);
	return base;
}

/* ---- a layer above ---- */

/* In the options of mount(2), ',' ends a value and ':' a layer. */
static void escape(char *out, size_t size, const char *path)
{
	size_t n = 0;

	for (; *path && n + 3 < size; path++) {
		if (strchr(",:\\", *path))
			out[n++] = '\\';
		out[n++] = *path;
	}
	out[n] = 0;
}

/* The layer's owner and mode are those of what it is above. */
static int make_layer(const struct snapshot *s, const char *upper,
		      const char *work)
{
	struct stat st;

	if (stat(s->cwd, &st) || mkdir(upper, 0700) || mkdir(work, 0700) ||
	    (chown(upper, st.st_uid, st.st_gid) && errno != EPERM &&
	     errno != EINVAL) ||
	    chmod(upper, st.st_mode & 07777))
		return -errno;
	return 0;
}

static int mount_layer(const struct snapshot *s, unsigned k)
{
	char *upper = snapshot_file(s, k, "upper");
	char *work = snapshot_file(s, k, "work");
	static char option[4 * PATH_MAX * 2], part[3][PATH_MAX * 2];
	int ret = upper && work ? make_layer(s, upper, work) : -ENOMEM;

	if (!ret) {
		escape(part[0], sizeof(part[0]), s->cwd);
		escape(part[1], sizeof(part[1]), upper);
		escape(part[2], sizeof(part[2]), work);
		snprintf(option, sizeof(option),
			 "lowerdir=%s,upperdir=%s,workdir=%s%s", part[0],
			 part[1], part[2], geteuid() ? ",userxattr" : "");
		if (mount("samebits", s->cwd, "overlay", 0, option))
			ret = -errno;
	}
	free(upper);
	free(work);
	return ret;
}

/* The store is below the layer now: shown again as what it is. */
static int show_store(const struct snapshot *s, int store)
{
	char from[40];

	if (!within(s->store, s->cwd))
		return 0;
	snprintf(from, sizeof(from), "/proc/self/fd/%d", store);
	return mount(from, s->store, NULL, MS_BIND | MS_REC, NULL) ? -errno : 0;
}

int snapshot_enter(const struct snapshot *s, unsigned k)
{
	int store, ret;

	if (s->kind != SNAPSHOT_OVERLAY)
		return 0;
	store = open(s->store, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (store < 0)
		return -errno;
	ret = mount_layer(s, k);
	if (!ret)
		ret = show_store(s, store);
	close(store);
	if (!ret && chdir(s->cwd))
		ret = -errno;
	return ret;
}

/* Tried by a process that is then gone, and its mounts with it. */
static int try_overlay(const struct snapshot *s)
{
	char *trial;
	int status = 0;
	pid_t pid;

	if (within("/tmp", s->cwd) || !strcmp(s->cwd, "/"))
		return -EBUSY; /* what is mounted in it would be hidden */
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		_exit(tmpns_unshare() || snapshot_enter(s, UINT_MAX) ? 1 : 0);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (asprintf(&trial, "%s/%u", s->base, UINT_MAX) >= 0) {
		layer_remove(trial);
		free(trial);
	}
	return status ? -EPERM : 0;
}

/* ---- copies ---- */

#define COPY_MOST (1ull << 30)

static char *copy_path(const struct snapshot *s)
{
	char *path;

	return asprintf(&path, "%s/copy", s->base) < 0 ? NULL : path;
}

static int make_copy(const struct snapshot *s, char **trouble)
{
	char *to = copy_path(s);
	unsigned long long size = 0;
	int ret = to ? layer_size(s->cwd, s->store, COPY_MOST, &size) : -ENOMEM;

	if (!ret && size > COPY_MOST &&
	    asprintf(trouble,
		     "%s: larger than 1 GiB, and no overlay can be mounted "
		     "here to keep the runs apart; start in a smaller "
		     "directory, or --in-place",
		     s->cwd) >= 0)
		ret = -EFBIG;
	if (!ret)
		ret = layer_copy(s->cwd, to, s->store);
	if (!ret)
		ret = layer_mark(s->base, s->cwd, s->store);
	free(to);
	return ret;
}

int snapshot_leave(const struct snapshot *s, unsigned k)
{
	char *copy, *kept;
	int ret;

	if (s->kind != SNAPSHOT_COPY)
		return 0;
	copy = copy_path(s);
	kept = snapshot_file(s, k, "upper");
	ret = copy && kept ? layer_restore(copy, s->cwd, kept, s->store)
			   : -ENOMEM;
	free(copy);
	free(kept);
	return ret;
}

int snapshot_recover(const char *store, bool *recovered)
{
	*recovered = false;
	return layer_recover(store, recovered);
}

/* ---- from beginning to end ---- */

static int choose(struct snapshot *s, char **trouble)
{
	int ret = try_overlay(s);

	s->kind = SNAPSHOT_OVERLAY;
	if (!ret)
		return 0;
	s->kind = SNAPSHOT_COPY;
	return make_copy(s, trouble);
}

int snapshot_new(struct snapshot *s, const char *store, bool in_place,
		 char **trouble)
{
	int ret = 0;

	*trouble = NULL;
	*s = (struct snapshot){ .kind = SNAPSHOT_NONE };
	s->cwd = realpath(".", NULL);
	s->store = realpath(store, NULL);
	if (!s->cwd || !s->store)
		ret = -errno;
	if (!ret && !in_place && !strcmp(s->cwd, s->store)) {
		ret = -EINVAL;
		if (asprintf(trouble,
			     "%s: the store is the working directory itself, "
			     "whose files are kept apart; name another by "
			     "--store DIR, or --in-place", store) < 0)
			*trouble = NULL;
	}
	if (!ret) {
		s->base = find_base(s->store, s->cwd);
		ret = s->base ? 0 : -ENOENT;
		if (ret && asprintf(trouble,
				    "no directory for the experiment's files "
				    "can be made in %s, the user's cache, "
				    "/var/tmp or /tmp",
				    s->store) < 0)
			*trouble = NULL;
	}
	if (!ret && !in_place)
		ret = choose(s, trouble);
	if (ret && !*trouble &&
	    asprintf(trouble,
		     "the working directory cannot be kept as it is: %s; free "
		     "space, or --in-place",
		     strerror(-ret)) < 0)
		*trouble = NULL;
	if (ret)
		snapshot_end(s);
	return ret;
}

int snapshot_in_place(struct snapshot *s, const char *store, const char *base)
{
	int error;

	*s = (struct snapshot){ .kind = SNAPSHOT_NONE,
				.cwd = realpath(".", NULL),
				.store = realpath(store, NULL) };
	layer_remove(base); /* of one that was killed */
	if (s->cwd && s->store && !mkdir(base, 0700))
		s->base = realpath(base, NULL);
	if (s->base)
		return 0;
	error = errno;
	snapshot_end(s);
	return -error;
}

void snapshot_drop(const struct snapshot *s, unsigned k)
{
	char *path;

	if (asprintf(&path, "%s/%u", s->base, k) < 0)
		return;
	layer_remove(path);
	free(path);
}

int snapshot_keep(const struct snapshot *s, unsigned k)
{
	char *upper;
	int ret;

	if (s->kind == SNAPSHOT_NONE)
		return 0;
	upper = snapshot_file(s, k, "upper");
	ret = !upper			    ? -ENOMEM
	      : s->kind == SNAPSHOT_OVERLAY ? layer_apply(upper, s->cwd)
					    : layer_put_again(upper, s->cwd);
	free(upper);
	return ret;
}

char *snapshot_path(const struct snapshot *s, unsigned k, const char *path)
{
	const char *rest = path_below(path, s->cwd);
	char *name = NULL, *at;

	if (rest != path && s->kind != SNAPSHOT_NONE) {
		if (asprintf(&name, "upper/%s", rest) < 0)
			return NULL;
	} else if (rest == path && asprintf(&name, "elsewhere%s", path) < 0) {
		return NULL;
	}
	if (!name)
		return NULL;
	at = snapshot_file(s, k, name);
	free(name);
	if (at && access(at, R_OK)) {
		free(at);
		at = NULL;
	}
	/* The last run's, where it is in place. */
	if (!at && !access(path, R_OK) && rest != path)
		at = strdup(path);
	return at;
}

void snapshot_end(struct snapshot *s)
{
	if (s->base) {
		layer_remove(s->base);
		layer_unmark(s->base, s->store);
	}
	free(s->cwd);
	free(s->store);
	free(s->base);
	*s = (struct snapshot){ 0 };
}
