/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "busy.h"
#include "ranks.h"
#include "reader.h"
#include "record.h"
#include "trialslurm.h"

#define YOUNG 10 /* seconds in which a launcher has made its board */

static int keep_board(struct busy *b, const char *line)
{
	struct board one, *grown;

	/* address perms offset dev inode path */
	if (sscanf(line, "%*s %*s %*s %x:%x %lu", &one.major, &one.minor,
		   &one.inode) != 3)
		return 0;
	grown = realloc(b->board, (b->n + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	b->board = grown;
	b->board[b->n++] = one;
	return 0;
}

static int keep_hidden(struct busy *b, pid_t pid)
{
	pid_t *grown = realloc(b->hidden, (b->nhidden + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	b->hidden = grown;
	b->hidden[b->nhidden++] = pid;
	return 0;
}

static int look_at(struct busy *b, const char *pid)
{
	char path[64], *line = NULL;
	size_t room = 0;
	int ret = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%.20s/maps", pid);
	maps = fopen(path, "re");
	if (!maps)
		return errno == ENOENT ? 0 : keep_hidden(b, atoi(pid));
	errno = 0;
	while (ret == 0 && getline(&line, &room, maps) >= 0)
		if (strstr(line, "/board\n"))
			ret = keep_board(b, line);
	if (ret == 0 && (errno == EACCES || errno == EPERM))
		ret = keep_hidden(b, atoi(pid));
	free(line);
	fclose(maps);
	return ret;
}

int busy_find(struct busy *b)
{
	DIR *proc = opendir("/proc");
	int ret = 0;

	*b = (struct busy){ 0 };
	if (!proc)
		return -errno;
	for (struct dirent *e; ret == 0 && (e = readdir(proc));)
		if (e->d_name[0] >= '0' && e->d_name[0] <= '9')
			ret = look_at(b, e->d_name);
	closedir(proc);
	return ret;
}

static bool is_hidden(const struct busy *b, uint32_t pid)
{
	for (size_t i = 0; i < b->nhidden; i++)
		if ((uint32_t)b->hidden[i] == pid)
			return true;
	return false;
}

/* For processes that are not ours to look at the board's numbers must do. */
static bool hidden_alive(const struct busy *b, const char *dir)
{
	struct rundir run;
	bool alive = false;

	if (!b->nhidden)
		return false;
	if (rundir_open(&run, dir) == 0 && run.board)
		for (uint32_t i = 0; i < run.nslots && !alive; i++)
			alive = run.board->slot[i].state == SB_ALIVE &&
				is_hidden(b, run.board->slot[i].pid);
	rundir_close(&run);
	return alive;
}

bool busy_ended(const char *dir)
{
	json_t *manifest = manifest_read(dir);
	bool ended = json_is_number(json_object_get(manifest, "end"));

	json_decref(manifest);
	return ended;
}

/* Trials that Slurm has are made on other machines. */
static bool with_slurm(const char *dir)
{
	struct trialrecord r = { .content = NULL };
	char path[PATH_MAX + 8];
	bool goes_on;

	snprintf(path, sizeof(path), "%s/slurm", dir);
	if (access(path, F_OK))
		return false;
	r.content = record_read(dir);
	goes_on = r.content && trialslurm_goes_on(&r);
	json_decref(r.content);
	return goes_on;
}

static bool busy_one(const struct busy *b, const char *dir)
{
	char path[PATH_MAX + 8];
	struct stat st;

	snprintf(path, sizeof(path), "%s/board", dir);
	if (stat(path, &st)) /* an experiment has none */
		return stat(dir, &st) == 0 &&
		       ((!(record_is(dir) && busy_ended(dir)) &&
			 time(NULL) - st.st_mtime < YOUNG) ||
			with_slurm(dir));
	for (size_t i = 0; i < b->n; i++)
		if (b->board[i].inode == st.st_ino &&
		    b->board[i].major == major(st.st_dev) &&
		    b->board[i].minor == minor(st.st_dev))
			return true;
	return hidden_alive(b, dir);
}

/* One of another machine is going on until its manifest says that it ended. */
static bool elsewhere(const char *dir)
{
	json_t *manifest = manifest_read(dir);
	json_t *ended = json_object_get(manifest, "end");
	const char *host =
		json_string_value(json_object_get(manifest, "host"));
	char here[HOST_NAME_MAX + 1] = "";
	bool yes;

	gethostname(here, sizeof(here) - 1);
	yes = host && strcmp(host, here) && json_is_null(ended);
	json_decref(manifest);
	return yes;
}

static bool busy_ranks(const struct busy *b, const char *dir,
		       struct dirent **rank, int n)
{
	char path[PATH_MAX + NAME_MAX];
	bool busy = false;

	for (int i = 0; i < n && !busy; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, rank[i]->d_name);
		busy = elsewhere(path) || busy_one(b, path);
	}
	return busy;
}

bool busy_run(const struct busy *b, const char *dir)
{
	struct dirent **rank;
	int n = ranks_list(dir, &rank);
	bool busy = n > 0 ? busy_ranks(b, dir, rank, n) : busy_one(b, dir);

	ranks_list_free(rank, n);
	return busy;
}

void busy_free(struct busy *b)
{
	free(b->board);
	free(b->hidden);
	*b = (struct busy){ 0 };
}
