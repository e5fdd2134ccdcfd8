/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ranks.h"
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

/* The directory of one rank, or of a run without any. */
struct part {
	const char *dir;
	const char *name; /* in front of notes: "rank-0003/", or "" */
};

static int read_log(struct rundir *run, const struct part *part,
		    const char *name)
{
	struct log *log = &run->log[run->nlogs];
	char *path;
	int ret;

	if (asprintf(&path, "%s/%s", part->dir, name) < 0)
		return -ENOMEM;
	ret = log_read(log, path);
	free(path);
	for (size_t i = 0; i < log->notes.n; i++)
		notes_add(&run->notes, "%s%s: %s", part->name, name,
			  log->notes.text[i]);
	run->damaged |= log->damaged;
	if (ret == 0)
		run->nlogs++;
	else
		log_close(log);
	return ret == -ENOMEM ? ret : 0;
}

static int read_logs(struct rundir *run, const struct part *part)
{
	struct dirent **entry;
	int n = scandir(part->dir, &entry, log_names, alphasort);
	struct log *grown;
	int ret = 0;

	if (n < 0)
		return -errno;
	grown = realloc(run->log,
			(run->nlogs + (size_t)n + 1) * sizeof(*run->log));
	if (grown)
		run->log = grown;
	else
		ret = -ENOMEM;
	for (int i = 0; i < n; i++) {
		if (ret == 0)
			ret = read_log(run, part, entry[i]->d_name);
		free(entry[i]);
	}
	free(entry);
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

/* Only the slots in use are read: the file is mostly holes. Those of several
 * boards (one a rank) come one after the other, under the first one's head. */
static int read_slots(struct rundir *run, const struct part *part,
		      const struct sb_board *head, int fd)
{
	uint32_t n = head->next < SB_SLOTS ? head->next : SB_SLOTS;
	size_t size = n * sizeof(head->slot[0]), had;
	struct sb_board *b = realloc(
		run->board, offsetof(struct sb_board, slot) + size +
				    run->nslots * sizeof(head->slot[0]));
	struct sb_slot *slot;

	if (!b)
		return -ENOMEM;
	if (!run->board)
		memcpy(b, head, offsetof(struct sb_board, slot));
	run->board = b;
	slot = b->slot + run->nslots;
	memset(slot, 0, size);
	had = read_part(fd, slot, size, offsetof(struct sb_board, slot));
	if (had < size)
		NOTE(run, "%sthe board is cut off", part->name);
	for (uint32_t i = 0; i < n; i++) {
		slot[i].path[sizeof(slot[i].path) - 1] = 0;
		slot[i].what[sizeof(slot[i].what) - 1] = 0;
	}
	run->nslots += n;
	return 0;
}

static int read_board_from(struct rundir *run, const struct part *part, int fd)
{
	size_t size = offsetof(struct sb_board, slot), n;
	struct sb_board *head = calloc(1, sizeof(*head));
	int ret = 0;

	if (!head)
		return -ENOMEM;
	n = read_part(fd, head, size, 0);
	if (n == size && !memcmp(head->magic, SB_BOARD_MAGIC, 8) &&
	    head->version == SB_VERSION)
		ret = read_slots(run, part, head, fd);
	else
		NOTE(run, "%s%s", part->name,
		     n < size ? "the board is missing: processes that lost the "
				"shim are not known"
			      : "the board is not one of this samebits");
	free(head);
	return ret;
}

static int read_board(struct rundir *run, const struct part *part)
{
	char *path;
	int fd, ret;

	if (asprintf(&path, "%s/board", part->dir) < 0)
		return -ENOMEM;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	free(path);
	ret = read_board_from(run, part, fd);
	if (fd >= 0)
		close(fd);
	return ret;
}

/* Logs name slots of their own board. */
static int read_one(struct rundir *run, const struct part *part)
{
	size_t first = run->nlogs;
	uint32_t before = run->nslots;
	int ret = read_logs(run, part);

	if (ret == 0)
		ret = read_board(run, part);
	for (size_t i = first; i < run->nlogs; i++)
		run->log[i].head.slot += before;
	return ret;
}

static int read_rank(struct rundir *run, const char *rank)
{
	struct part part = { 0 };
	char *dir, *name;
	int ret;

	if (asprintf(&dir, "%s/%s", run->dir, rank) < 0)
		return -ENOMEM;
	if (asprintf(&name, "%s/", rank) < 0) {
		free(dir);
		return -ENOMEM;
	}
	part.dir = dir;
	part.name = name;
	ret = read_one(run, &part);
	free(dir);
	free(name);
	return ret;
}

static int read_all(struct rundir *run)
{
	const struct part whole = { run->dir, "" };
	struct dirent **rank;
	int n = ranks_list(run->dir, &rank), ret = n < 0 ? n : 0;

	if (n == 0)
		ret = read_one(run, &whole);
	for (int i = 0; i < n && ret == 0; i++)
		ret = read_rank(run, rank[i]->d_name);
	ranks_list_free(rank, n);
	run->nranks = n > 0 ? (uint32_t)n : 0;
	if (run->nlogs)
		qsort(run->log, run->nlogs, sizeof(*run->log), by_lineage);
	return ret;
}

json_t *manifest_read(const char *dir)
{
	struct dirent **rank;
	json_t *manifest;
	char *path;
	int n;

	if (asprintf(&path, "%s/manifest.json", dir) < 0)
		return NULL;
	manifest = json_load_file(path, 0, NULL);
	free(path);
	if (manifest && !json_is_object(manifest)) {
		json_decref(manifest);
		manifest = NULL;
	}
	if (!manifest)
		return NULL;
	n = ranks_list(dir, &rank);
	if (n > 0)
		ranks_manifest(dir, rank, n, manifest);
	ranks_list_free(rank, n);
	return manifest;
}

int rundir_open(struct rundir *run, const char *dir)
{
	int ret;

	*run = (struct rundir){ .dir = strdup(dir) };
	if (!run->dir)
		return -ENOMEM;
	ret = read_all(run);
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
