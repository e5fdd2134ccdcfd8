/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "job.h"
#include "ranks.h"
#include "store.h"

#define PREFIX ".job-"
#define RUNS_MOST 1000000u /* of a job */
/* Seconds in which the ranks of a job start. */
#define START_TOGETHER 600

struct joining {
	const struct rank *rank;
	const char *store;  /* absolute */
	char job[NAME_MAX]; /* the directory's name */
	int fd;		    /* of that directory */
	unsigned run;	    /* which of the job's runs */
	bool first;
};

static int open_job(struct joining *j, const char *store)
{
	char path[PATH_MAX + NAME_MAX];

	snprintf(j->job, sizeof(j->job), PREFIX "%s", j->rank->job);
	snprintf(path, sizeof(path), "%s/%s", store, j->job);
	if (mkdir(path, 0755) && errno != EEXIST)
		return -errno;
	j->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return j->fd < 0 ? -errno : 0;
}

/* The name of the job's run of this number; false: there is none yet. */
static bool linked(const struct joining *j, char *name, size_t size)
{
	char link[16];
	ssize_t n;

	snprintf(link, sizeof(link), "%u", j->run);
	n = readlinkat(j->fd, link, name, size - 1);
	name[n < 0 ? 0 : n] = 0;
	if (n <= 3 || strncmp(name, "../", 3))
		return false;
	memmove(name, name + 3, (size_t)n - 2);
	return true;
}

/* Of a name that a later job may have, too: is this run from another time? */
static bool stale(const struct joining *j)
{
	char link[16];
	struct stat st;

	if (j->rank->certain)
		return false;
	snprintf(link, sizeof(link), "%u", j->run);
	return fstatat(j->fd, link, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       time(NULL) - st.st_mtime > START_TOGETHER;
}

/* Makes the run that others wait for. 0 or -errno. */
static int make(struct joining *j, char *name, size_t size)
{
	char dir[PATH_MAX], link[16], target[NAME_MAX + 32];
	char back[PATH_MAX + 8];
	int ret = store_new(j->store, dir, sizeof(dir));

	if (ret)
		return ret;
	snprintf(name, size, "%s", strrchr(dir, '/') + 1);
	snprintf(back, sizeof(back), "%s/job", dir);
	snprintf(target, sizeof(target), "../%s/%u", j->job, j->run);
	snprintf(link, sizeof(link), "%u", j->run);
	if (symlink(target, back))
		ret = -errno;
	snprintf(target, sizeof(target), "../%s", name);
	if (!ret && symlinkat(target, j->fd, link))
		ret = -errno;
	if (ret)
		store_remove(dir);
	j->first = !ret;
	return ret;
}

/* A client of NFS may believe for half a minute that a name is not there; a
 * change in the directory makes it ask again. Where all see the same at once
 * nobody comes here, and a thousand ranks do not stand in each other's way. */
#define PATIENCE 0.25
static bool look_again(const struct joining *j, char *name, size_t size)
{
	char own[32];

	snprintf(own, sizeof(own), "wait-%u", j->rank->rank);
	if (mkdirat(j->fd, own, 0755) == 0)
		unlinkat(j->fd, own, AT_REMOVEDIR);
	return linked(j, name, size);
}

/* -ENOENT: who began to make it could not; it is ours to try. */
static int wait_for(const struct joining *j, const char *guard, char *name,
		    size_t size)
{
	double waited = 0, pause = 0.005;
	struct stat st;

	while (waited < JOB_WAIT) {
		struct timespec nap = { (time_t)pause,
					(long)((pause - (time_t)pause) * 1e9) };

		if (linked(j, name, size) ||
		    (pause > PATIENCE && look_again(j, name, size)))
			return 0;
		if (fstatat(j->fd, guard, &st, 0))
			return -ENOENT;
		nanosleep(&nap, NULL);
		waited += pause;
		pause = pause < 1 ? pause * 1.5 : 1;
	}
	return -ETIMEDOUT;
}

/* The job's run of this number: found, made or waited for. 0 or -errno. */
static int find(struct joining *j, char *name, size_t size)
{
	char guard[24];
	int ret = -ENOENT;

	snprintf(guard, sizeof(guard), "%u.new", j->run);
	while (ret == -ENOENT) {
		if (linked(j, name, size))
			return 0;
		if (mkdirat(j->fd, guard, 0755) == 0) {
			ret = make(j, name, size);
			if (ret)
				unlinkat(j->fd, guard, AT_REMOVEDIR);
			return ret;
		}
		if (errno != EEXIST)
			return -errno;
		ret = wait_for(j, guard, name, size);
	}
	return ret;
}

/* -EEXIST: we are in it already; -ENOENT: it was removed. */
static int enter(const struct joining *j, const char *name, char *dir,
		 size_t size)
{
	if ((size_t)snprintf(dir, size, "%s/%s/" RANKS_NAME "%04u", j->store,
			     name, j->rank->rank) >= size)
		return -ENAMETOOLONG;
	return mkdir(dir, 0755) ? -errno : 0;
}

static int join(struct joining *j, char *dir, size_t size)
{
	char name[NAME_MAX];
	int ret = -EEXIST;

	for (j->run = 1; j->run < RUNS_MOST; j->run++) {
		ret = find(j, name, sizeof(name));
		if (ret == -ETIMEDOUT)
			snprintf(dir, size, "%s/%s/%u.new", j->store, j->job,
				 j->run);
		if (ret)
			return ret;
		if (stale(j))
			continue;
		ret = enter(j, name, dir, size);
		if (ret != -EEXIST && ret != -ENOENT)
			return ret;
	}
	return ret;
}

int job_join(const char *store, const struct rank *rank, char *dir, size_t size,
	     bool *first)
{
	char absolute[PATH_MAX];
	struct joining j = { .rank = rank, .store = absolute };
	int ret = store_make(store, absolute);

	if (!ret)
		ret = open_job(&j, absolute);
	if (ret)
		return ret;
	ret = join(&j, dir, size);
	close(j.fd);
	*first = j.first;
	return ret;
}

void job_run(char *run, size_t size, const char *dir)
{
	const char *slash = strrchr(dir, '/');
	size_t n = strlen(dir);

	if (slash && !strncmp(slash + 1, RANKS_NAME, strlen(RANKS_NAME)))
		n = (size_t)(slash - dir);
	snprintf(run, size, "%.*s", (int)n, dir);
}

bool job_first_rank(const char *dir)
{
	const char *slash = strrchr(dir, '/');
	size_t n = strlen(RANKS_NAME);

	return !slash || strncmp(slash + 1, RANKS_NAME, n) ||
	       strspn(slash + 1 + n, "0") == strlen(slash + 1 + n);
}

/* The run goes with its last rank. */
void job_leave(const char *dir)
{
	char run[PATH_MAX];
	struct dirent **left;
	int n;

	job_run(run, sizeof(run), dir);
	store_remove_tree(dir);
	n = ranks_list(run, &left);
	ranks_list_free(left, n);
	if (n == 0)
		store_remove(run);
}

void job_forget(const char *run)
{
	char path[PATH_MAX + 16], target[PATH_MAX], link[PATH_MAX * 2 + 16];
	char guard[PATH_MAX * 2 + 32];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/job", run);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return;
	target[n] = 0;
	if (strncmp(target, "../" PREFIX, strlen("../" PREFIX)))
		return;
	snprintf(link, sizeof(link), "%s/%s", run, target);
	snprintf(guard, sizeof(guard), "%s.new", link);
	unlink(link);
	rmdir(guard);
	*strrchr(link, '/') = 0;
	rmdir(link);
}
