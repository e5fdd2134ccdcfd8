/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "measurefile.h"

#define FILE_MOST (256u << 20)

/* The whole, with a zero behind it; NULL: errno says why. */
static char *whole(const char *path)
{
	FILE *from = fopen(path, "re");
	char *text = NULL;
	size_t n = 0, room = 0;

	while (from && !feof(from) && !ferror(from) && n < FILE_MOST) {
		char *more = realloc(text, room += 65536 + room / 2);

		if (!more)
			break;
		text = more;
		n += fread(text + n, 1, room - n - 1, from);
	}
	if (from && (ferror(from) || n >= FILE_MOST || !feof(from))) {
		errno = ferror(from) ? EIO : n >= FILE_MOST ? EFBIG : ENOMEM;
		free(text);
		text = NULL;
	}
	if (text)
		text[n] = 0;
	if (from)
		fclose(from);
	return text;
}

/* ---- JSON ---- */

/* Python's json writes NaN, Infinity and -Infinity, which are no JSON: they are
 * put in quotes. NULL: no memory. */
static char *quoted(const char *text)
{
	static const char *const word[] = { "NaN", "-Infinity", "Infinity" };
	char *out = malloc(3 * strlen(text) + 1), *to = out;
	bool inside = false;

	while (out && *text) {
		size_t n = 0;

		for (size_t i = 0; i < 3 && !inside && !n; i++)
			if (!strncmp(text, word[i], strlen(word[i])))
				n = strlen(word[i]);
		if (n) {
			to += sprintf(to, "\"%.*s\"", (int)n, text);
			text += n;
			continue;
		}
		if (inside && *text == '\\' && text[1])
			*to++ = *text++;
		else if (*text == '"')
			inside = !inside;
		*to++ = *text++;
	}
	if (out)
		*to = 0;
	return out;
}

static json_t *parse(const char *text)
{
	char *copy = quoted(text);
	json_t *j = copy ? json_loads(copy, 0, NULL) : NULL;

	free(copy);
	return j;
}

static const json_t *at_key(const json_t *j, const char *key, size_t n)
{
	char name[256];
	char *end;
	unsigned long i;

	if (n >= sizeof(name))
		return NULL;
	snprintf(name, sizeof(name), "%.*s", (int)n, key);
	if (json_is_object(j))
		return json_object_get(j, name);
	i = strtoul(name, &end, 10);
	return *end ? NULL : json_array_get(j, i);
}

/* A key that holds dots itself goes before its parts. */
static const json_t *find(const json_t *j, const char *path)
{
	size_t n = strcspn(path, ".");
	const json_t *whole_key = json_object_get(j, path), *part;

	if (whole_key || !*path)
		return whole_key;
	part = at_key(j, path, n);
	return part && path[n] ? find(part, path + n + 1) : part;
}

static int add_json(struct series *s, const json_t *j)
{
	const json_t *one;
	size_t i;
	char *text;
	int ret = 0;

	if (json_is_number(j))
		return series_add(s, json_number_value(j));
	if (json_is_string(j))
		return series_add_text(s, json_string_value(j));
	if (json_is_array(j)) {
		json_array_foreach((json_t *)j, i, one)
			if (!ret)
				ret = add_json(s, one);
		return ret;
	}
	text = json_dumps(j, JSON_ENCODE_ANY);
	ret = text ? series_add_text(s, text) : -ENOMEM;
	free(text);
	return ret;
}

/* Objects among other lines, as programs print them. */
static int json_lines(struct series *s, char *text, const char *key, bool *any)
{
	char *line;
	int ret = 0;

	while (!ret && (line = strsep(&text, "\n"))) {
		json_t *j = line[strspn(line, " \t")] == '{' ? parse(line)
							     : NULL;
		const json_t *found = j ? find(j, key) : NULL;

		*any |= j != NULL;
		if (found)
			ret = add_json(s, found);
		json_decref(j);
	}
	return ret;
}

int series_of_json(struct series *s, const char *path, const char *key)
{
	char *text = whole(path);
	bool any = false;
	const json_t *found;
	json_t *j;
	int ret;

	if (!text)
		return -errno;
	j = parse(text);
	found = j ? find(j, key) : NULL;
	if (j)
		ret = found ? add_json(s, found) : -ENODATA;
	else
		ret = json_lines(s, text, key, &any);
	if (!j && !ret && !s->n)
		ret = any ? -ENODATA : -EBADMSG;
	json_decref(j);
	free(text);
	return ret;
}

/* ---- CSV ---- */

/* The next cell of a record, unquoted in its place; *text moves behind it, and
 * *last says that the record ends with it. */
static char *cell(char **text, char comma, bool *last)
{
	char *from = *text, *out = *text, *begin = *text;
	bool inside = false;

	for (; *from; from++) {
		if (*from == '"' && inside && from[1] == '"')
			*out++ = *++from;
		else if (*from == '"')
			inside = !inside;
		else if (!inside && (*from == comma || *from == '\n'))
			break;
		else
			*out++ = *from;
	}
	*last = *from != comma;
	*text = *from ? from + 1 : from;
	if (out > begin && *last && out[-1] == '\r')
		out--;
	*out = 0;
	return begin;
}

static char comma_of(const char *text)
{
	size_t n = strcspn(text, "\n");

	for (const char *c = ",;\t"; *c; c++)
		if (memchr(text, *c, n))
			return *c;
	return ',';
}

static char *trimmed(char *text)
{
	char *end;

	text += strspn(text, " \t");
	end = text + strlen(text);
	while (end > text && strchr(" \t", end[-1]))
		*--end = 0;
	return text;
}

/* Its place from 0; -1: there is no such column. */
static long column_of(char **text, char comma, const char *column)
{
	long found = -1, n = 0;
	bool last = false;
	char *end;

	while (!last) {
		if (!strcmp(trimmed(cell(text, comma, &last)), column) &&
		    found < 0)
			found = n;
		n++;
	}
	if (found < 0 && *column) {
		long number = strtol(column, &end, 10);

		found = !*end && number >= 1 && number <= n ? number - 1 : -1;
	}
	return found;
}

int series_of_csv(struct series *s, const char *path, const char *column)
{
	char *all = whole(path), *text = all, comma;
	long wanted, at;
	int ret = 0;

	if (!all)
		return -errno;
	if (!strncmp(text, "\xef\xbb\xbf", 3))
		text += 3;
	comma = comma_of(text);
	wanted = column_of(&text, comma, column);
	while (*text && wanted >= 0 && !ret) {
		bool last = false;

		for (at = 0; !last && !ret; at++) {
			char *value = trimmed(cell(&text, comma, &last));

			/* Empty where a row says something else. */
			if (at == wanted && *value)
				ret = series_add_text(s, value);
		}
	}
	free(all);
	return ret ? ret : wanted < 0 || !s->n ? -ENODATA : 0;
}

int series_of_text(struct series *s, const char *path)
{
	char *all = whole(path), *text = all, *line;
	int ret = 0;

	if (!all)
		return -errno;
	while (!ret && (line = strsep(&text, "\n")))
		if (*trimmed(line))
			ret = series_add_text(s, trimmed(line));
	free(all);
	return ret;
}
