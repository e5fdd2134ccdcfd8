/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
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

/* Reads up to `size` bytes of the board; how many were there. */
static size_t read_part(int fd, void *to, size_t size, size_t at)
{
	size_t done = 0;
	ssize_t n = 1;

	while (fd >= 0 && done < size && n > 0) {
		n = pread(fd, (char *)to + done, size - done,
			  (off_t)(at + done));
		done += n > 0 ? (size_t)n : 0;
	}
	return done;
}

/* Only the slots in use are read: the file is mostly holes. */
static int read_slots(struct rundir *run, int fd)
{
	struct sb_board *b = run->board;
	size_t had, size;

	run->nslots = b->next < SB_SLOTS ? b->next : SB_SLOTS;
	size = run->nslots * sizeof(b->slot[0]);
	b = realloc(b, offsetof(struct sb_board, slot) + size);
	if (!b)
		return -ENOMEM;
	run->board = b;
	memset(b->slot, 0, size);
	had = read_part(fd, b->slot, size, offsetof(struct sb_board, slot));
	if (had < size)
		NOTE(run, "the board is cut off");
	for (uint32_t i = 0; i < run->nslots; i++) {
		b->slot[i].path[sizeof(b->slot[i].path) - 1] = 0;
		b->slot[i].what[sizeof(b->slot[i].what) - 1] = 0;
	}
	return 0;
}

static int read_board_from(struct rundir *run, int fd)
{
	size_t size = offsetof(struct sb_board, slot), n;

	run->board = calloc(1, size);
	if (!run->board)
		return -ENOMEM;
	n = read_part(fd, run->board, size, 0);
	if (n == size && !memcmp(run->board->magic, SB_BOARD_MAGIC, 8) &&
	    run->board->version == SB_VERSION)
		return read_slots(run, fd);
	NOTE(run, n < size ? "the board is missing: processes that lost the "
			     "shim are not known"
			   : "the board is not one of this samebits");
	free(run->board);
	run->board = NULL;
	return 0;
}

static int read_board(struct rundir *run)
{
	char *path;
	int fd, ret;

	if (asprintf(&path, "%s/board", run->dir) < 0)
		return -ENOMEM;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	free(path);
	ret = read_board_from(run, fd);
	if (fd >= 0)
		close(fd);
	return ret;
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
