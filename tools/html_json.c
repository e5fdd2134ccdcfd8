/* SPDX-License-Identifier: MIT */
/* Any JSON for people: a tree that opens and closes. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"

#define DEPTH 12
#define MOST 3000 /* values in a tree */

/* ---- a tree ---- */

static bool is_nested(const json_t *j)
{
	return (json_is_object(j) && json_object_size(j)) ||
	       (json_is_array(j) && json_array_size(j));
}

static size_t size_of(const json_t *j)
{
	return json_is_object(j) ? json_object_size(j) : json_array_size(j);
}

static void put(FILE *to, const char *name, const json_t *value, unsigned depth,
		size_t *left);

static void put_all(FILE *to, const json_t *j, unsigned depth, size_t *left)
{
	const char *name;
	json_t *value;
	char number[24];
	size_t i;

	json_object_foreach((json_t *)j, name, value)
		put(to, name, value, depth, left);
	json_array_foreach((json_t *)j, i, value)
	{
		snprintf(number, sizeof(number), "%zu", i + 1);
		put(to, number, value, depth, left);
	}
}

/* A list of short things takes a line each, without numbers. */
static bool is_plain_list(const json_t *j)
{
	size_t i;
	json_t *value;

	json_array_foreach((json_t *)j, i,
			   value) if (is_nested(value)) return false;
	return json_is_array(j);
}

static void put_list(FILE *to, const json_t *j, size_t *left)
{
	size_t i, n = json_array_size(j);
	json_t *value;

	fputs("<ul class=\"plain\">", to);
	json_array_foreach((json_t *)j, i, value)
	{
		if (!*left)
			break;
		--*left;
		fputs("<li>", to);
		html_value(to, value);
		fputs("</li>", to);
	}
	fputs("</ul>", to);
	html_more(to, n - i, "values");
}

static void put(FILE *to, const char *name, const json_t *value, unsigned depth,
		size_t *left)
{
	if (!*left)
		return;
	--*left;
	if (!is_nested(value) || depth >= DEPTH) {
		fputs("<div class=\"leaf\"><span class=\"key\">", to);
		html_text(to, name);
		fputs("</span> <span class=\"value\">", to);
		html_value(to, value);
		fputs("</span></div>\n", to);
		return;
	}
	fputs("<details><summary>", to);
	html_text(to,
		  json_string_value(json_object_get(value, "name"))
			  ? json_string_value(json_object_get(value, "name"))
			  : name);
	fputs(" <span class=\"count\">", to);
	html_count(to, size_of(value));
	fputs("</span></summary>\n<div class=\"inside\">", to);
	if (is_plain_list(value))
		put_list(to, value, left);
	else
		put_all(to, value, depth + 1, left);
	fputs("</div></details>\n", to);
}

void html_tree(FILE *to, const json_t *j)
{
	size_t left = MOST;

	fputs("<div class=\"tree\">\n", to);
	put_all(to, j, 0, &left);
	if (!left)
		fputs("<p class=\"more\">… and more, not shown</p>\n", to);
	fputs("</div>\n", to);
}
