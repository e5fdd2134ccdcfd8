/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "job.h"
#include "store.h"

#define REMOVED ".removed-"

static int make_parents(char *path)
{
	for (char *p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = 0;
		if (mkdir(path, 0755) && errno != EEXIST)
			return -errno;
		*p = '/';
	}
	return mkdir(path, 0755) && errno != EEXIST ? -errno : 0;
}

/* Keeps the runs out of the user's version control. */
static void ignore(int store)
{
	int fd = openat(store, ".gitignore", O_WRONLY | O_CREAT | O_EXCL, 0644);

	if (fd < 0)
		return;
	if (write(fd, "*\n", 2) != 2)
		unlinkat(store, ".gitignore", 0);
	close(fd);
}

static unsigned newest(int store)
{
	char name[32];
	ssize_t n = readlinkat(store, "latest", name, sizeof(name) - 1);

	if (n <= 0)
		return 0;
	name[n] = 0;
	return (unsigned)strtoul(name, NULL, 10);
}

static void point(int store, const char *name)
{
	char temporary[32];

	snprintf(temporary, sizeof(temporary), "latest.%d", (int)getpid());
	if (symlinkat(name, store, temporary) == 0 &&
	    renameat(store, temporary, store, "latest"))
		unlinkat(store, temporary, 0);
}

int store_make(const char *store, char *absolute)
{
	char path[PATH_MAX];
	int ret;

	if (!*store)
		return -ENOENT;
	if ((size_t)snprintf(path, sizeof(path), "%s", store) >= sizeof(path))
		return -ENAMETOOLONG;
	ret = make_parents(path);
	if (ret)
		return ret;
	return realpath(path, absolute) ? 0 : -errno;
}

static unsigned number_from; /* 0: what follows `latest` */

void store_number_from(unsigned n)
{
	number_from = n;
}

/* A new number's directory; a run's is what `latest` points to. */
static int make_numbered(const char *store, char *dir, size_t size, bool run)
{
	char absolute[PATH_MAX], name[16];
	int fd, ret = store_make(store, absolute);

	if (ret)
		return ret;
	fd = open(absolute, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (strlen(absolute) + sizeof(name) + 1 > size) {
		close(fd);
		return -ENAMETOOLONG;
	}
	ignore(fd);
	for (unsigned n = number_from ? number_from : newest(fd) + 1;; n++) {
		snprintf(name, sizeof(name), "%06u", n);
		if (mkdirat(fd, name, 0755) == 0)
			break;
		if (errno != EEXIST) {
			ret = -errno;
			close(fd);
			return ret;
		}
	}
	if (run && !number_from)
		point(fd, name);
	close(fd);
	snprintf(dir, size, "%s/%s", absolute, name);
	return 0;
}

int store_new(const char *store, char *dir, size_t size)
{
	return make_numbered(store, dir, size, true);
}

int store_new_experiment(const char *store, char *dir, size_t size)
{
	return make_numbered(store, dir, size, false);
}

static bool is_experiment(int store, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/" STORE_EXPERIMENT, name);
	return faccessat(store, path, F_OK, 0) == 0;
}

static int is_run(const struct dirent *e)
{
	size_t n = strspn(e->d_name, "0123456789");

	return n >= 6 && !e->d_name[n];
}

int store_list(const char *store, struct dirent ***run)
{
	int n = scandir(store, run, is_run, versionsort);

	return n < 0 ? -errno : n;
}

void store_list_free(struct dirent **run, int n)
{
	for (int i = 0; i < n; i++)
		free(run[i]);
	free(run);
}

/* "7" and "000007" are the same run. */
static void canonical(char *out, size_t size, const char *name)
{
	char *end;
	unsigned long n = strtoul(name, &end, 10);

	if (*name && !*end)
		snprintf(out, size, "%06lu", n);
	else
		snprintf(out, size, "%s", name);
}

/* `latest` is missing or leads nowhere: somebody removed that run. */
static void newest_left(char *out, size_t size, const char *store)
{
	struct dirent **run;
	int n = store_list(store, &run), newest = n - 1;
	int fd = open(store, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	while (newest >= 0 && is_experiment(fd, run[newest]->d_name))
		newest--;
	snprintf(out, size, "%s", newest >= 0 ? run[newest]->d_name : "latest");
	if (n >= 0)
		store_list_free(run, n);
	if (fd >= 0)
		close(fd);
}

int store_find(const char *store, const char *name, char *dir, size_t size)
{
	char path[PATH_MAX + NAME_MAX], absolute[PATH_MAX], word[PATH_MAX];

	canonical(word, sizeof(word), name ? name : "latest");
	if (strchr(word, '/') || !strcmp(word, "."))
		snprintf(path, sizeof(path), "%s", word);
	else
		snprintf(path, sizeof(path), "%s/%s", store, word);
	if (!name && access(path, F_OK)) {
		newest_left(word, sizeof(word), store);
		snprintf(path, sizeof(path), "%s/%s", store, word);
	}
	if (!realpath(path, absolute))
		return -errno;
	if ((size_t)snprintf(dir, size, "%s", absolute) >= size)
		return -ENAMETOOLONG;
	return 0;
}

void store_point(const char *store)
{
	DIR *d = opendir(store);
	char name[16];
	unsigned long newest = 0;

	if (!d)
		return;
	for (struct dirent *e; (e = readdir(d));) {
		char *end;
		unsigned long n = strtoul(e->d_name, &end, 10);

		if (!*end && n > newest &&
		    !is_experiment(dirfd(d), e->d_name))
			newest = n;
	}
	snprintf(name, sizeof(name), "%06lu", newest);
	if (newest)
		point(dirfd(d), name);
	else
		unlinkat(dirfd(d), "latest", 0);
	closedir(d);
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *at)
{
	(void)st;
	(void)at;
	if (type == FTW_DP ? rmdir(path) : unlink(path))
		return -errno;
	return 0;
}

int store_remove_tree(const char *dir)
{
	int ret = nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);

	return ret < 0 ? ret : 0;
}

/* First out of sight, so that nobody lists a run that is half there. */
int store_remove(const char *dir)
{
	char store[PATH_MAX], hidden[PATH_MAX + 16];
	char *slash;
	int ret;

	snprintf(store, sizeof(store), "%s", dir);
	slash = strrchr(store, '/');
	*slash = 0;
	snprintf(hidden, sizeof(hidden), "%s/" REMOVED "%s", store, slash + 1);
	job_forget(dir);
	if (rename(dir, hidden))
		return -errno;
	ret = store_remove_tree(hidden);
	store_point(store);
	return ret;
}

/* What a removal that was interrupted has left. */
static void remove_leftovers(int store)
{
	char path[PATH_MAX];
	DIR *d = fdopendir(dup(store));

	if (!d)
		return;
	for (struct dirent *e; (e = readdir(d));) {
		if (strncmp(e->d_name, REMOVED, strlen(REMOVED)))
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", store,
			 e->d_name);
		nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	}
	closedir(d);
}

int store_lock(const char *store)
{
	int fd = open(store, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	while (flock(fd, LOCK_EX)) {
		int ret = -errno;

		if (ret == -EINTR)
			continue;
		close(fd);
		return ret;
	}
	remove_leftovers(fd);
	return fd;
}
