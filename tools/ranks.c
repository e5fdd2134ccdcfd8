/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ranks.h"
#include "reader.h"

static int is_rank(const struct dirent *e)
{
	const char *digits = e->d_name + strlen(RANKS_NAME);
	size_t n;

	if (strncmp(e->d_name, RANKS_NAME, strlen(RANKS_NAME)))
		return 0;
	n = strspn(digits, "0123456789");
	return n && !digits[n];
}

int ranks_list(const char *run, struct dirent ***rank)
{
	int n = scandir(run, rank, is_rank, versionsort);

	if (n < 0)
		*rank = NULL;
	return n < 0 ? -errno : n;
}

void ranks_list_free(struct dirent **rank, int n)
{
	for (int i = 0; i < n; i++)
		free(rank[i]);
	free(rank);
}

static json_t *manifest_of(const char *run, const struct dirent *rank)
{
	char path[PATH_MAX + NAME_MAX];
	json_t *m;

	snprintf(path, sizeof(path), "%s/%s/manifest.json", run, rank->d_name);
	m = json_load_file(path, 0, NULL);
	if (m && !json_is_object(m)) {
		json_decref(m);
		m = NULL;
	}
	return m;
}

/* What the ranks say, added up. */
struct sum {
	json_t *status, *blind, *hosts;
	double end;
	json_int_t worst;
	int ended;
};

static bool has(json_t *list, json_t *value)
{
	json_t *one;
	size_t i;

	json_array_foreach(list, i,
			   one) if (json_equal(one, value)) return true;
	return false;
}

static void unite(json_t *into, json_t *list)
{
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one) if (!has(into, one))
		json_array_append(into, one);
}

static void add(struct sum *s, json_t *m)
{
	json_t *status = json_object_get(m, "status");
	json_t *host = json_object_get(m, "host");
	double end = json_number_value(json_object_get(m, "end"));

	json_array_append(s->status, status ? status : json_null());
	unite(s->blind, json_object_get(m, "blind_spots"));
	if (host && !has(s->hosts, host))
		json_array_append(s->hosts, host);
	s->end = end > s->end ? end : s->end;
	if (!json_is_integer(status))
		return;
	s->ended++;
	if (!s->worst)
		s->worst = json_integer_value(status);
}

/* A job runs with as many ranks as it has, or a part of it is not known. */
static void tell_missing(struct sum *s, int n, json_int_t size)
{
	if (n < size)
		json_array_append_new(
			s->blind,
			json_pack(
				"{s:s, s:o}", "kind", "ranks", "text",
				json_sprintf(
					"%d of the job's %" JSON_INTEGER_FORMAT
					" ranks ran under samebits: the "
					"others are not known",
					n, size)));
}

void ranks_manifest(const char *run, struct dirent **rank, int n,
		    json_t *manifest)
{
	struct sum s = { .status = json_array(),
			 .blind = json_array(),
			 .hosts = json_array() };
	json_t *ranks = json_object_get(manifest, "ranks");
	json_int_t size = json_integer_value(json_object_get(ranks, "size"));

	for (int i = 0; i < n; i++) {
		json_t *m = manifest_of(run, rank[i]);

		add(&s, m);
		json_decref(m);
	}
	if (s.ended == n)
		tell_missing(&s, n, size);
	json_object_set_new(manifest, "ranks",
			    json_pack("{s:I, s:i, s:i, s:o, s:o}", "size",
				      size > n ? size : (json_int_t)n,
				      "started", n, "ended", s.ended, "status",
				      s.status, "hosts", s.hosts));
	json_object_set_new(manifest, "blind_spots", s.blind);
	json_object_set_new(manifest, "end",
			    s.ended == n ? json_real(s.end) : json_null());
	json_object_set_new(manifest, "status",
			    s.ended == n || s.worst ? json_integer(s.worst)
						    : json_null());
}

/* ---- files ---- */

struct part {
	struct files files;
	struct timespec when; /* its list was written */
};

static int by_end(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->when.tv_sec != y->when.tv_sec)
		return x->when.tv_sec < y->when.tv_sec ? 1 : -1;
	return (x->when.tv_nsec < y->when.tv_nsec) -
	       (x->when.tv_nsec > y->when.tv_nsec);
}

static void drop(struct file_entry *e)
{
	free(e->path);
	free(e->why);
}

/* Merges a list into another, both by path; what both have stays as it is in
 * the first. */
static int merge(struct file_entry **into, size_t *n, struct file_entry **list,
		 size_t *m)
{
	struct file_entry *made = calloc(*n + *m + 1, sizeof(*made));
	struct file_entry *a = *into, *end = a + *n;
	struct file_entry *b = *list, *last = b + *m;
	size_t k = 0;

	if (!made)
		return -ENOMEM;
	while (a < end || b < last) {
		int order = a == end	? 1
			    : b == last ? -1
					: strcmp(a->path, b->path);

		made[k++] = order <= 0 ? *a++ : *b++;
		if (order == 0)
			drop(b++);
	}
	free(*into);
	free(*list);
	*into = made;
	*n = k;
	*list = NULL;
	*m = 0;
	return 0;
}

static int gather(struct files *files, struct files *part)
{
	int ret = merge(&files->input, &files->inputs, &part->input,
			&part->inputs);

	if (!ret)
		ret = merge(&files->output, &files->outputs, &part->output,
			    &part->outputs);
	if (!files->objects)
		files->objects = json_object();
	if (part->objects)
		json_object_update_missing(files->objects, part->objects);
	return ret;
}

/* 0; -ENOENT: it has none yet; or another -errno. */
static int read_part(struct part *part, const char *run, const char *rank)
{
	char path[PATH_MAX + NAME_MAX + 16];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s/files.json", run, rank);
	if (stat(path, &st))
		return -errno;
	part->when = st.st_mtim;
	*strrchr(path, '/') = 0;
	return files_read(&part->files, path);
}

int ranks_files(struct files *files, const char *run, struct dirent **rank,
		int n)
{
	struct part *part = calloc((size_t)n + 1, sizeof(*part));
	int ret = part ? 0 : -ENOMEM;

	*files = (struct files){ 0 };
	for (int i = 0; part && i < n; i++) {
		int one = read_part(&part[i], run, rank[i]->d_name);

		if (one != -ENOENT && !ret)
			ret = one;
	}
	if (!ret)
		qsort(part, (size_t)n, sizeof(*part), by_end);
	for (int i = 0; i < n && !ret; i++)
		ret = gather(files, &part[i].files);
	for (int i = 0; part && i < n; i++)
		files_free(&part[i].files);
	free(part);
	return ret;
}
