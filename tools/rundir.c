/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reader.h"

#define NOTE(run, ...)                                                         \
	((run)->damaged = true, notes_add(&(run)->notes, __VA_ARGS__))

int lineage_compare(const char *a, const char *b)
{
	return strverscmp(a, b);
}

static int by_lineage(const void *a, const void *b)
{
	const struct log *x = a, *y = b;
	int order = lineage_compare(x->head.path, y->head.path);

	return order ? order
		     : (x->head.exec > y->head.exec) -
			       (x->head.exec < y->head.exec);
}

static int log_names(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 4 && !strcmp(e->d_name + n - 4, ".log");
}

static int read_log(struct rundir *run, const char *name)
{
	struct log *log = &run->log[run->nlogs];
	char *path;
	int ret;

	if (asprintf(&path, "%s/%s", run->dir, name) < 0)
		return -ENOMEM;
	ret = log_read(log, path);
	free(path);
	for (size_t i = 0; i < log->notes.n; i++)
		notes_add(&run->notes, "%s: %s", name, log->notes.text[i]);
	run->damaged |= log->damaged;
	if (ret == 0)
		run->nlogs++;
	else
		log_close(log);
	return ret == -ENOMEM ? ret : 0;
}

static int read_logs(struct rundir *run)
{
	struct dirent **entry;
	int n = scandir(run->dir, &entry, log_names, alphasort);
	int ret = 0;

	if (n < 0)
		return -errno;
	run->log = calloc((size_t)n + 1, sizeof(*run->log));
	if (!run->log)
		ret = -ENOMEM;
	for (int i = 0; i < n; i++) {
		if (ret == 0)
			ret = read_log(run, entry[i]->d_name);
		free(entry[i]);
	}
	free(entry);
	if (run->nlogs)
		qsort(run->log, run->nlogs, sizeof(*run->log), by_lineage);
	return ret;
}

static size_t read_all(const char *path, void *to, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t at = 0;
	ssize_t n = 1;

	while (fd >= 0 && at < size && n > 0) {
		n = read(fd, (char *)to + at, size - at);
		at += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0)
		close(fd);
	return at;
}

static int read_board(struct rundir *run)
{
	struct sb_board *b = calloc(1, sizeof(*b));
	char *path;
	size_t n;

	if (!b || asprintf(&path, "%s/board", run->dir) < 0) {
		free(b);
		return -ENOMEM;
	}
	n = read_all(path, b, sizeof(*b));
	free(path);
	if (n < 24 || memcmp(b->magic, SB_BOARD_MAGIC, sizeof(b->magic)) ||
	    b->version != SB_VERSION) {
		NOTE(run, n < 24 ? "the board is missing: processes that lost "
				   "the shim are not known"
				 : "the board is not one of this samebits");
		free(b);
		return 0;
	}
	if (n < sizeof(*b))
		NOTE(run, "the board is cut off");
	run->board = b;
	run->nslots = b->next < SB_SLOTS ? b->next : SB_SLOTS;
	for (uint32_t i = 0; i < run->nslots; i++) {
		b->slot[i].path[sizeof(b->slot[i].path) - 1] = 0;
		b->slot[i].what[sizeof(b->slot[i].what) - 1] = 0;
	}
	return 0;
}

json_t *manifest_read(const char *dir)
{
	json_t *manifest;
	char *path;

	if (asprintf(&path, "%s/manifest.json", dir) < 0)
		return NULL;
	manifest = json_load_file(path, 0, NULL);
	free(path);
	if (manifest && !json_is_object(manifest)) {
		json_decref(manifest);
		manifest = NULL;
	}
	return manifest;
}

int rundir_open(struct rundir *run, const char *dir)
{
	int ret;

	*run = (struct rundir){ .dir = strdup(dir) };
	if (!run->dir)
		return -ENOMEM;
	ret = read_logs(run);
	if (ret == 0)
		ret = read_board(run);
	if (ret == 0)
		run->manifest = manifest_read(dir);
	return ret;
}

void rundir_close(struct rundir *run)
{
	for (size_t i = 0; i < run->nlogs; i++)
		log_close(&run->log[i]);
	free(run->log);
	free(run->board);
	free(run->dir);
	json_decref(run->manifest);
	notes_free(&run->notes);
	*run = (struct rundir){ 0 };
}
