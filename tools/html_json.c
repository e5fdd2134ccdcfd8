/* SPDX-License-Identifier: MIT */
/* Any JSON for people: a tree that opens and closes, and in what two differ. */
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"

#define DEPTH 12
#define MOST 3000 /* values in a tree */
#define DIFFERENCES 400

json_t *html_environment(const char *dir)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/environment.json", dir);
	return json_load_file(path, 0, NULL);
}

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

/* ---- two ---- */

struct comparing {
	FILE *to;
	size_t found;
};

static void row(struct comparing *c, const char *path, const json_t *a,
		const json_t *b)
{
	if (c->found++ >= DIFFERENCES)
		return;
	if (c->found == 1)
		fputs("<table class=\"cards\"><thead><tr><th>what</th>"
		      "<th>in A</th><th>in B</th></tr></thead><tbody>\n",
		      c->to);
	fputs("<tr><th scope=\"row\">", c->to);
	html_text(c->to, path);
	fputs("</th><td data-label=\"A\">", c->to);
	html_value(c->to, a);
	fputs("</td><td data-label=\"B\">", c->to);
	html_value(c->to, b);
	fputs("</td></tr>\n", c->to);
}

static void compare(struct comparing *c, const char *path, const json_t *a,
		    const json_t *b, unsigned depth);

static void compare_member(struct comparing *c, const char *path,
			   const char *name, const json_t *a, const json_t *b,
			   unsigned depth)
{
	char *longer;

	if (asprintf(&longer, "%s%s%s", path, *path ? " › " : "", name) < 0)
		return;
	compare(c, longer, a, b, depth + 1);
	free(longer);
}

static void compare_objects(struct comparing *c, const char *path,
			    const json_t *a, const json_t *b, unsigned depth)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)a, name, value) compare_member(
		c, path, name, value, json_object_get(b, name), depth);
	json_object_foreach((json_t *)b, name,
			    value) if (!json_object_get(a, name))
		compare_member(c, path, name, NULL, value, depth);
}

static void compare_arrays(struct comparing *c, const char *path,
			   const json_t *a, const json_t *b, unsigned depth)
{
	size_t m = json_array_size(a), n = json_array_size(b);

	for (size_t i = 0; i < m || i < n; i++) {
		char number[24];

		snprintf(number, sizeof(number), "%zu", i + 1);
		compare_member(c, path, number, json_array_get(a, i),
			       json_array_get(b, i), depth);
	}
}

static void compare(struct comparing *c, const char *path, const json_t *a,
		    const json_t *b, unsigned depth)
{
	if (a && b && json_equal((json_t *)a, (json_t *)b))
		return;
	if (depth < DEPTH && json_is_object(a) && json_is_object(b))
		compare_objects(c, path, a, b, depth);
	else if (depth < DEPTH && json_is_array(a) && json_is_array(b))
		compare_arrays(c, path, a, b, depth);
	else
		row(c, path, a, b);
}

void html_difference(FILE *to, const json_t *a, const json_t *b)
{
	struct comparing c = { to, 0 };

	compare(&c, "", a, b, 0);
	if (!c.found) {
		fputs("<p>No difference was found between the two "
		      "environments.</p>\n",
		      to);
		return;
	}
	fputs("</tbody></table>\n", to);
	if (c.found > DIFFERENCES)
		html_more(to, c.found - DIFFERENCES, "differences");
}
