/* SPDX-License-Identifier: MIT */
/*
 * A table of runs, as RFC 4180 has it: a row a run (of an experiment its runs,
 * not itself). A column that is new goes to the end, and the rows that are there
 * get an empty field.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "output.h"
#include "track_file.h"
#include "trackers.h"

/* ---- reading ---- */

/* The field at *at, and behind it; *last: of its row. NULL: no memory. */
static char *field(const char **at, bool *last)
{
	char *text = malloc(strlen(*at) + 1), *to = text;
	const char *p = *at;
	bool quoted = *p == '"';

	for (p += quoted; text && *p; p++) {
		if (quoted && *p == '"' && p[1] == '"')
			p++;
		else if (*p == '"' && quoted) {
			quoted = false;
			continue;
		} else if (!quoted && strchr(",\r\n", *p))
			break;
		*to++ = *p;
	}
	if (text)
		*to = 0;
	*last = *p != ',';
	if (*p == '\r' && p[1] == '\n')
		p++;
	*at = *p ? p + 1 : p;
	return text;
}

/* The row at *at; an array of strings. */
static json_t *row(const char **at)
{
	json_t *fields = json_array();
	bool last = false;

	while (!last) {
		char *text = field(at, &last);

		json_array_append_new(fields, json_string(text ?: ""));
		last |= !text;
		free(text);
	}
	return fields;
}

/* ---- writing ---- */

static void put_field(FILE *to, const char *text)
{
	/* A blank at an end would be lost by those who trim. */
	bool quote = strpbrk(text, ",\"\r\n") || *text == ' ' ||
		     (*text && text[strlen(text) - 1] == ' ');

	if (!quote) {
		fputs(text, to);
		return;
	}
	fputc('"', to);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', to);
		fputc(*text, to);
	}
	fputc('"', to);
}

/* `row` by columns, or as it is (NULL), filled up to so many. */
static void put_row(FILE *to, const json_t *columns, const json_t *row)
{
	json_t *column;
	size_t i;

	json_array_foreach(columns, i, column) {
		const json_t *value =
			json_is_object(row)
				? json_object_get(row,
						  json_string_value(column))
				: json_array_get(row, i);

		if (i)
			fputc(',', to);
		put_field(to, json_string_value(value) ?: "");
	}
	fputs("\r\n", to);
}

/* ---- a run ---- */

static void prefixed(json_t *row, const char *prefix, const json_t *object)
{
	const char *key;
	json_t *value;
	char *name;

	json_object_foreach((json_t *)object, key, value)
		if (asprintf(&name, "%s.%s", prefix, key) >= 0) {
			json_object_set(row, name, value);
			free(name);
		}
}

/* The last of each name: the series are for --json. */
static void metrics(json_t *row, const json_t *list)
{
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one) {
		const char *key = json_string_value(json_array_get(one, 0));
		json_t *value = json_array_get(one, 1);
		const char *word = json_string_value(value) ?: "NaN";
		char number[32], *name;

		if (json_is_number(value))
			snprintf(number, sizeof(number), "%.17g",
				 json_number_value(value));
		else
			snprintf(number, sizeof(number), "%s", word);
		if (asprintf(&name, "metric.%s", key) < 0)
			continue;
		json_object_set_new(row, name, json_string(number));
		free(name);
	}
}

static void set_time(json_t *row, const char *key, const json_t *ms)
{
	time_t t = (time_t)(json_integer_value(ms) / 1000);
	char text[40] = "", all[48];
	struct tm tm;

	if (!json_is_integer(ms) || !gmtime_r(&t, &tm))
		return;
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(all, sizeof(all), "%s.%03dZ", text,
		 (int)(json_integer_value(ms) % 1000));
	json_object_set_new(row, key, json_string(all));
}

static json_t *row_of(const json_t *entry, size_t n)
{
	const json_t *run = json_array_get(json_object_get(entry, "runs"), n);
	json_t *row = json_object();
	char *id = entry_run_id(entry, n);

	json_object_set_new(row, "id", json_string(id));
	json_object_set(row, "name", json_object_get(run, "name"));
	json_object_set(row, "experiment",
			json_object_get(entry, "experiment"));
	json_object_set(row, "status", json_object_get(run, "status"));
	json_object_set_new(row, "start", json_string(""));
	json_object_set_new(row, "end", json_string(""));
	set_time(row, "start", json_object_get(run, "start"));
	set_time(row, "end", json_object_get(run, "end"));
	prefixed(row, "param", json_object_get(run, "params"));
	metrics(row, json_object_get(run, "metrics"));
	prefixed(row, "tag", json_object_get(run, "tags"));
	free(id);
	return row;
}

/* ---- the file ---- */

struct table {
	const char *rows; /* what stands below the header */
	json_t *columns;
	size_t had;   /* columns that are there */
	json_t *add;  /* rows that are not */
};

static bool has_column(const json_t *columns, const char *name)
{
	json_t *column;
	size_t i;

	json_array_foreach(columns, i, column)
		if (!strcmp(json_string_value(column), name))
			return true;
	return false;
}

static void add_row(struct table *t, json_t *row)
{
	const char *key;
	json_t *value;

	json_object_foreach(row, key, value)
		if (!has_column(t->columns, key))
			json_array_append_new(t->columns, json_string(key));
	json_array_append_new(t->add, row);
}

static void read_table(struct table *t, const char *text)
{
	*t = (struct table){ .rows = text, .add = json_array() };
	t->columns = *text ? row(&t->rows) : json_array();
	t->had = json_array_size(t->columns);
}

static void free_table(struct table *t)
{
	json_decref(t->columns);
	json_decref(t->add);
}

/* An id is in no other place of the file. */
static void add_entry(struct table *t, const json_t *entry)
{
	size_t n = json_array_size(json_object_get(entry, "runs"));

	for (size_t i = n > 1; i < n; i++) {
		char *id = entry_run_id(entry, i), *with_comma;

		if (id && asprintf(&with_comma, "%s,", id) >= 0) {
			if (!strstr(t->rows, with_comma))
				add_row(t, row_of(entry, i));
			free(with_comma);
		}
		free(id);
	}
}

static void put_added(FILE *to, const struct table *t)
{
	json_t *row;
	size_t i;

	json_array_foreach(t->add, i, row)
		put_row(to, t->columns, row);
}

/* All of it anew, with the columns that it has now. */
static int rewrite(const struct table *t, const char *path)
{
	const char *at = t->rows;
	struct output out;
	int ret = output_open(&out, path);

	if (ret)
		return ret;
	put_row(out.to, t->columns, t->columns);
	while (*at) {
		json_t *fields = row(&at);

		put_row(out.to, t->columns, fields);
		json_decref(fields);
	}
	put_added(out.to, t);
	return output_close(&out, false);
}

static int append(const struct table *t, struct track_file *f)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	int ret;

	if (!to)
		return -ENOMEM;
	if (f->size && f->text[f->size - 1] != '\n')
		fputs("\r\n", to);
	put_added(to, t);
	ret = fclose(to) ? -ENOMEM : track_file_append(f, text, size);
	free(text);
	return ret;
}

static int add(const json_t *entry, struct track_file *f, const char *path)
{
	struct table t;
	int ret = 0;

	read_table(&t, f->text);
	if (t.had && !has_column(t.columns, "id"))
		ret = -EBADMSG;
	else
		add_entry(&t, entry);
	if (!ret && json_array_size(t.columns) > t.had)
		ret = rewrite(&t, path);
	else if (!ret)
		ret = append(&t, f);
	free_table(&t);
	return ret;
}

static void print(const json_t *entry)
{
	struct table t;

	read_table(&t, "");
	add_entry(&t, entry);
	put_row(stdout, t.columns, t.columns);
	put_added(stdout, &t);
	free_table(&t);
}

static enum sent csv_send(const json_t *entry, struct delivery *d)
{
	const char *path = entry_text(entry, "to");
	struct track_file f;
	int ret;

	if (!strcmp(path, "-")) {
		print(entry);
		return SENT;
	}
	ret = track_file_open(&f, path);
	if (!ret) {
		ret = add(entry, &f, path);
		track_file_close(&f);
	}
	if (ret == -EBADMSG)
		delivery_say(&d->why,
			     "%s: its first line is no header of this command's "
			     "(it names no column id); name another file",
			     path);
	else if (ret)
		delivery_say(&d->why, "%s: cannot be written: %s", path,
			     strerror(-ret));
	return ret ? SENT_NOT : SENT;
}

const struct tracker tracker_csv = { "csv", csv_send };
