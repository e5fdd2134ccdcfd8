/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lockfile.h"
#include "text.h"

/* ---- words ---- */

/* A key must not look like another line, nor end at its own '='. */
static void put_escaped(FILE *to, const char *text, bool key)
{
	for (const char *at = text; *at; at++) {
		unsigned char c = (unsigned char)*at;

		if (c < 32 || c == 127 || c == '\\' || (key && c == '=') ||
		    (at == text && (c == ' ' || (key && strchr("[#<>", c)))) ||
		    (c == ' ' && !at[1]))
			fprintf(to, "\\x%02x", c);
		else
			fputc(c, to);
	}
}

static int digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0'
	       : c >= 'a' && c <= 'f'	 ? c - 'a' + 10
					 : -1;
}

/* In place; false: a backslash that we have not written. */
static bool unescape(char *text)
{
	char *out = text;

	for (; *text; text++) {
		if (*text != '\\') {
			*out++ = *text;
			continue;
		}
		if (text[1] != 'x' || digit(text[2]) < 0 || digit(text[3]) < 0)
			return false;
		*out++ = (char)(digit(text[2]) * 16 + digit(text[3]));
		text += 3;
	}
	*out = 0;
	return true;
}

/* ---- reading ---- */

struct reading {
	const char *path;
	unsigned number;
	json_t *lock, *section;
	char **trouble;
};

static int wrong(struct reading *r, const char *what)
{
	if (asprintf(r->trouble, "%s:%u: %s", r->path, r->number, what) < 0)
		*r->trouble = NULL;
	return -EBADMSG;
}

static int read_version(struct reading *r, const char *line)
{
	char *end;
	long version;

	if (strncmp(line, "version = ", 10))
		return wrong(r, "a lock begins with its version; make it again "
				"with samebits lock");
	version = strtol(line + 10, &end, 10);
	if (*end || version < 1)
		return wrong(r, "not a version; make it again with samebits "
				"lock");
	if (version > LOCK_VERSION) {
		wrong(r, "made by a newer samebits; use that one, or make it "
			 "again with samebits lock");
		return -EPROTO;
	}
	json_object_set_new(r->lock, "version", json_integer(version));
	return 0;
}

static int read_section(struct reading *r, char *line)
{
	char *end = strchr(line, ']');

	if (!end || end[1])
		return wrong(r, "a section is named in brackets, as [inputs]");
	*end = 0;
	r->section = json_object_get(r->lock, line + 1);
	if (!r->section) {
		r->section = json_object();
		if (json_object_set_new(r->lock, line + 1, r->section))
			return wrong(r, "the section's name is not UTF-8");
	}
	return 0;
}

static int read_entry(struct reading *r, char *line)
{
	char *equals = strstr(line, " = "), *value;

	if (!equals)
		return wrong(r, "neither a section nor \"key = value\"");
	*equals = 0;
	value = equals + 3;
	if (!unescape(line) || !unescape(value))
		return wrong(r, "a backslash must be written as \\x5c");
	if (json_object_get(r->section, line))
		return wrong(r, "this was said before; two locks were merged? "
				"make it again with samebits lock");
	if (json_object_set_new(r->section, line, json_string(value)))
		return wrong(r, "not UTF-8");
	return 0;
}

static bool is_conflict(const char *line)
{
	return !strncmp(line, "<<<<<<<", 7) || !strncmp(line, ">>>>>>>", 7) ||
	       !strncmp(line, "=======", 7) || !strncmp(line, "|||||||", 7);
}

static int read_line(struct reading *r, char *line)
{
	line[strcspn(line, "\r\n")] = 0;
	if (!*line || *line == '#')
		return 0;
	if (is_conflict(line))
		return wrong(r, "a conflict of two versions of the lock is not "
				"resolved; make it again with samebits lock");
	if (!json_object_get(r->lock, "version"))
		return read_version(r, line);
	if (*line == '[')
		return read_section(r, line);
	if (!r->section)
		return wrong(r, "in no section; make it again with samebits "
				"lock");
	return read_entry(r, line);
}

int lock_read(const char *path, json_t **lock, char **trouble)
{
	struct reading r = { path, 0, json_object(), NULL, trouble };
	FILE *from = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	int ret = from ? 0 : -errno;

	*trouble = NULL;
	while (!ret && getline(&line, &room, from) > 0) {
		r.number++;
		ret = read_line(&r, line);
	}
	if (!ret && ferror(from))
		ret = -EIO;
	if (!ret && !json_object_get(r.lock, "version"))
		ret = wrong(&r, "the lock is empty; make it with samebits "
				"lock");
	free(line);
	if (from)
		fclose(from);
	if (ret)
		json_decref(r.lock);
	*lock = ret ? NULL : r.lock;
	return ret;
}

/* ---- writing ---- */

static int by_name(const void *a, const void *b)
{
	return strverscmp(*(const char *const *)a, *(const char *const *)b);
}

static int put_section(FILE *to, const char *name, json_t *section)
{
	size_t n = json_object_size(section), i = 0;
	const char **keys = calloc(n + 1, sizeof(*keys)), *key;
	json_t *value;

	if (!keys)
		return -ENOMEM;
	json_object_foreach(section, key, value)
		if (json_is_string(value)) /* what is not known is null */
			keys[i++] = key;
	n = i;
	qsort(keys, n, sizeof(*keys), by_name);
	if (n)
		fprintf(to, "\n[%s]\n", name);
	for (i = 0; i < n; i++) {
		value = json_object_get(section, keys[i]);
		put_escaped(to, keys[i], true);
		fputs(" = ", to);
		put_escaped(to, json_string_value(value), false);
		fputc('\n', to);
	}
	free(keys);
	return 0;
}

static int put(FILE *to, const json_t *lock)
{
	static const char *const order[] = {
		"run",	     "program",	  "inputs",    "packages",
		"r",	     "libraries", "objects",   "cuda",
		"processor", "system",	  "variables",
	};
	int ret = 0;

	fprintf(to,
		"# The conditions under which this program's results repeat: "
		"commit it.\n# `samebits run --locked` holds runs to it; "
		"`samebits lock` makes it again.\nversion = %d\n",
		LOCK_VERSION);
	for (size_t i = 0; i < sizeof(order) / sizeof(*order) && !ret; i++)
		ret = put_section(to, order[i],
				  json_object_get(lock, order[i]));
	return ret;
}

/* Written beside and renamed: nobody sees half of it, and what was there stays
 * where the disk is full. */
int lock_write(const char *path, const json_t *lock)
{
	char beside[PATH_MAX];
	FILE *to;
	int ret;

	if ((size_t)snprintf(beside, sizeof(beside), "%s.new", path) >=
	    sizeof(beside))
		return -ENAMETOOLONG;
	to = fopen(beside, "we");
	if (!to)
		return -errno;
	ret = put(to, lock);
	if (!ret && fflush(to))
		ret = -errno;
	if (fclose(to) && !ret)
		ret = -errno;
	if (!ret && rename(beside, path))
		ret = -errno;
	if (ret)
		unlink(beside);
	return ret;
}
