/* SPDX-License-Identifier: MIT */
/* files.json: written and read. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "jsonfile.h"
#include "ranks.h"
#include "text.h"

#define FORMAT 1

/* ---- names ----
 * What is no UTF-8, control characters and backslashes become \xNN. */

/* Bytes of one character of UTF-8; 0: it is none. Overlong forms, surrogates
 * and what is beyond Unicode are left to jansson's stricter eye: such names are
 * escaped as a whole. */
static size_t character(const unsigned char *s)
{
	size_t n = *s < 0x80   ? 1
		   : *s < 0xc2 ? 0
		   : *s < 0xe0 ? 2
		   : *s < 0xf0 ? 3
		   : *s < 0xf5 ? 4
			       : 0;

	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

static char *escape(const char *path, bool all)
{
	const unsigned char *s = (const unsigned char *)path;
	char *out = malloc(strlen(path) * 4 + 1), *at = out;

	while (out && *s) {
		size_t n = character(s);

		if (*s < 32 || *s == 127 || *s == '\\' || !n ||
		    (all && *s > 127)) {
			at += sprintf(at, "\\x%02x", *s++);
			continue;
		}
		memcpy(at, s, n);
		at += n;
		s += n;
	}
	if (out)
		*at = 0;
	return out;
}

static char *path_escape(const char *path)
{
	char *text = escape(path, false);
	json_t *j = text ? json_string(text) : NULL;

	if (text && !j) {
		free(text);
		text = escape(path, true);
	}
	json_decref(j);
	return text;
}

static int digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
				      : -1;
}

static char *path_unescape(const char *text)
{
	char *out = malloc(strlen(text) + 1), *at = out;

	while (out && *text) {
		if (text[0] == '\\' && text[1] == 'x' && digit(text[2]) >= 0 &&
		    digit(text[3]) >= 0) {
			*at++ = (char)(digit(text[2]) * 16 + digit(text[3]));
			text += 4;
		} else {
			*at++ = *text++;
		}
	}
	if (out)
		*at = 0;
	return out;
}

/* ---- out ---- */

static const char *const state_name[] = {
	[FILE_WHOLE] = "whole",	    [FILE_CHANGED] = "changed",
	[FILE_GONE] = "gone",	    [FILE_UNREADABLE] = "unreadable",
	[FILE_SPECIAL] = "special",
};
#define STATES (sizeof(state_name) / sizeof(*state_name))

const char *file_state_text(const struct file_entry *e)
{
	return e->why ? e->why : state_name[e->state];
}

static json_t *entry_json(const struct file_entry *e)
{
	char *path = path_escape(e->path);
	json_t *j = json_object();
	char digest[33];

	json_object_set_new(j, "path", json_string(path ? path : "?"));
	free(path);
	json_object_set_new(j, "state", json_string(state_name[e->state]));
	if (e->why)
		json_object_set_new(j, "why", text_json(e->why));
	if (e->state != FILE_WHOLE)
		return j;
	snprintf(digest, sizeof(digest), "%016" PRIx64 "%016" PRIx64,
		 e->digest.part[0], e->digest.part[1]);
	json_object_set_new(j, "size",
			    json_integer((json_int_t)e->digest.size));
	json_object_set_new(j, "digest", json_string(digest));
	return j;
}

static json_t *list_json(const struct file_entry *e, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, entry_json(&e[i]));
	return list;
}

json_t *files_json(const struct files *files)
{
	json_t *root = json_pack("{s:i, s:o, s:o}", "format", FORMAT, "inputs",
				 list_json(files->input, files->inputs),
				 "outputs",
				 list_json(files->output, files->outputs));

	if (files->objects)
		json_object_set(root, "objects", files->objects);
	return root;
}

int files_write(const struct files *files, const char *dir)
{
	json_t *root = files_json(files);
	int ret = jsonfile_write_in(dir, "files.json", root, JSON_INDENT(1));

	json_decref(root);
	return ret;
}

/* ---- in ---- */

static int entry_parse(struct file_entry *e, const json_t *j)
{
	const char *path = json_string_value(json_object_get(j, "path"));
	const char *state = json_string_value(json_object_get(j, "state"));
	const char *why = json_string_value(json_object_get(j, "why"));
	const char *digest = json_string_value(json_object_get(j, "digest"));
	size_t k = 0;

	while (state && k < STATES && strcmp(state, state_name[k]))
		k++;
	if (!path || !state || k == STATES)
		return -EBADMSG;
	e->state = (enum file_state)k;
	e->path = path_unescape(path);
	e->why = why ? strdup(why) : NULL;
	if (!e->path || (why && !e->why))
		return -ENOMEM;
	if (e->state != FILE_WHOLE)
		return 0;
	e->digest.size =
		(uint64_t)json_integer_value(json_object_get(j, "size"));
	if (!digest || strlen(digest) != 32 ||
	    strspn(digest, "0123456789abcdef") != 32 ||
	    sscanf(digest, "%16" SCNx64 "%16" SCNx64, &e->digest.part[0],
		   &e->digest.part[1]) != 2)
		return -EBADMSG;
	return 0;
}

static int list_parse(struct file_entry **list, size_t *n, const json_t *j)
{
	json_t *item;
	size_t i;
	int ret;

	*list = calloc(json_array_size(j) + 1, sizeof(**list));
	if (!*list)
		return -ENOMEM;
	if (!json_is_array(j))
		return -EBADMSG;
	json_array_foreach(j, i, item)
	{
		*n = i + 1;
		ret = entry_parse(&(*list)[i], item);
		if (ret)
			return ret;
	}
	return 0;
}

int files_parse(struct files *files, const json_t *root)
{
	int ret;

	*files = (struct files){ 0 };
	ret = list_parse(&files->input, &files->inputs,
			 json_object_get(root, "inputs"));
	if (!ret)
		ret = list_parse(&files->output, &files->outputs,
				 json_object_get(root, "outputs"));
	files->objects = json_object_get(root, "objects");
	json_incref(files->objects);
	return ret;
}

static int read_one(struct files *files, const char *dir)
{
	char path[PATH_MAX];
	json_t *root;
	int ret;

	*files = (struct files){ 0 };
	snprintf(path, sizeof(path), "%s/files.json", dir);
	if (access(path, R_OK))
		return -errno;
	root = json_load_file(path, 0, NULL);
	ret = root ? files_parse(files, root) : -EBADMSG;
	json_decref(root);
	return ret;
}

int files_read(struct files *files, const char *dir)
{
	struct dirent **rank;
	int n = ranks_list(dir, &rank);
	int ret = n > 0 ? ranks_files(files, dir, rank, n)
			: read_one(files, dir);

	ranks_list_free(rank, n);
	return ret;
}

static void free_list(struct file_entry *e, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(e[i].path);
		free(e[i].why);
	}
	free(e);
}

void files_free(struct files *files)
{
	free_list(files->input, files->inputs);
	free_list(files->output, files->outputs);
	json_decref(files->objects);
	*files = (struct files){ 0 };
}
