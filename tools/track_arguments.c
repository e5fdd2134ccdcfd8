/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "track.h"

/* Where a word's name begins; NULL: it is no option. Of "-x" it is not known
 * whether a value follows: python3 -u train.py. */
static const char *option(const char *word)
{
	size_t dashes = strspn(word, "-");

	if (dashes == 1 && !(isalpha(word[1]) && isalpha(word[2])))
		return NULL;
	return dashes && dashes < 3 && isalpha(word[dashes]) ? word + dashes
							     : NULL;
}

/* "lr" of "lr=0.1": what an assignment may set. */
static size_t assigned(const char *word)
{
	size_t n = isalpha(*word) || *word == '_' || *word == '+'
			   ? strspn(word, "abcdefghijklmnopqrstuvwxyz"
					  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "0123456789_.-+/@")
			   : 0;

	return n && word[n] == '=' ? n : 0;
}

static bool is_value(const char *word)
{
	return word && (*word != '-' || !word[1] || isdigit(word[1]) ||
			word[1] == '.');
}

/* Several of one name are all told. */
static void add(json_t *params, const char *name, size_t len, const char *value)
{
	const char *had;
	char *key, *both;

	if (asprintf(&key, "arg.%.*s", (int)len, name) < 0)
		return;
	had = json_string_value(json_object_get(params, key));
	if (had && asprintf(&both, "%s,%s", had, value) >= 0) {
		track_set(params, key, both);
		free(both);
	} else {
		track_set(params, key, value);
	}
	free(key);
}

static const char *word_at(json_t *argv, size_t i)
{
	return json_string_value(json_array_get(argv, i));
}

void track_arguments(json_t *params, json_t *argv)
{
	for (size_t i = 1; i < json_array_size(argv); i++) {
		const char *word = word_at(argv, i), *next, *name, *equals;

		if (!word)
			continue;
		name = option(word);
		equals = strchr(word, '=');
		next = word_at(argv, i + 1);
		if (name && equals)
			add(params, name, (size_t)(equals - name), equals + 1);
		else if (name && is_value(next) && !assigned(next))
			add(params, name, strlen(name), word_at(argv, ++i));
		else if (name)
			add(params, name, strlen(name), "true");
		else if (assigned(word))
			add(params, word, assigned(word),
			    word + assigned(word) + 1);
	}
}
