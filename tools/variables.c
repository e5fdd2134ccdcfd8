/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "text.h"
#include "variables.h"

#define MOST 64 /* rows of the table */

/* "NAME=a", or "NAME=b a" for a setting that is appended to b. */
static char *entry_of(const struct assignment *a)
{
	bool join = a->row->join && a->was && *a->was;
	const char *was = join ? a->was : "";
	size_t n = strlen(a->row->name) + strlen(was) + strlen(a->value) + 3;
	char *text = malloc(n);

	if (text)
		snprintf(text, n, "%s=%s%.*s%s", a->row->name, was, join,
			 &a->row->join, a->value);
	return text;
}

static void collect(const struct assignment *a, void *arg)
{
	struct variables *v = arg;
	bool same = a->was && !strcmp(a->was, a->value);
	size_t name = strlen(a->row->name) + 1;

	if (a->kept && !same && !a->row->join && v->nkept < MOST)
		v->kept[v->nkept++] = (char *)a->was - name;
	if (!a->kept && v->n < MOST)
		v->set[v->n++] = entry_of(a);
}

int variables_make(struct variables *v, const struct wish *w)
{
	extern char **environ;

	*v = (struct variables){ calloc(MOST, sizeof(char *)), 0,
				 calloc(MOST, sizeof(char *)), 0 };
	if (!v->set || !v->kept)
		return -ENOMEM;
	samebits_environment(environ, w, collect, v);
	for (size_t i = 0; i < v->n; i++)
		if (!v->set[i])
			return -ENOMEM;
	return 0;
}

bool variables_replace(const struct variables *v, const char *entry)
{
	const char *equals = strchr(entry, '=');
	size_t n = equals ? (size_t)(equals - entry) + 1 : 0;

	for (size_t i = 0; n && i < v->n; i++)
		if (!strncmp(v->set[i], entry, n))
			return true;
	return false;
}

void variables_say(const struct variables *v)
{
	char list[1024] = "";
	size_t n = 0;

	for (size_t i = 0; i < v->nkept && n < sizeof(list); i++)
		n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%.*s",
				      i ? ", " : "",
				      (int)strcspn(v->kept[i], "="), v->kept[i]);
	if (v->nkept)
		say("kept as set by you: %s; --env force sets our values",
		    list);
}

static json_t *entries_json(char *const *entry, size_t n)
{
	json_t *j = json_object();

	for (size_t i = 0; i < n; i++) {
		const char *equals = strchr(entry[i], '=');

		json_object_setn_new(j, entry[i], (size_t)(equals - entry[i]),
				     text_json(equals + 1));
	}
	return j;
}

json_t *variables_json(const struct variables *v)
{
	return json_pack("{s:o, s:o}", "set", entries_json(v->set, v->n),
			 "kept", entries_json(v->kept, v->nkept));
}
