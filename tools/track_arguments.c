/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "text.h"
#include "track.h"

#define HIDDEN "***"

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

/* By its last word, or last two: --hf-token and api_key are, --num-tokens and
 * --key are not. */
static bool secret(const char *name, size_t len)
{
	static const char *const ends[] = {
		"token",   "password", "passwd",     "passphrase",
		"secret",  "apikey",   "credential", "credentials",
		"api.key", "auth.key", "access.key", "private.key",
		"secret.key",
	};
	char plain[64];

	if (len >= sizeof(plain))
		return false;
	for (size_t i = 0; i < len; i++)
		plain[i] = strchr("-_./:", name[i]) ? '.'
						    : (char)tolower(name[i]);
	plain[len] = 0;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t n = strlen(ends[i]);

		if (len >= n && !strcmp(plain + len - n, ends[i]) &&
		    (len == n || plain[len - n - 1] == '.'))
			return true;
	}
	return false;
}

/* "scheme://user:password@host" */
static char *without_password(const char *word)
{
	const char *host = strstr(word, "://");
	const char *end = host ? host + 3 + strcspn(host + 3, "/ ") : NULL;
	const char *at = host ? memrchr(host, '@', (size_t)(end - host)) : NULL;
	char *text;

	if (!at || !memchr(host + 3, ':', (size_t)(at - host - 3)))
		return NULL;
	return asprintf(&text, "%.*s" HIDDEN "%s", (int)(host + 3 - word), word,
			at) < 0
		       ? NULL
		       : text;
}

static json_t *shown(const char *word, bool *next_hidden)
{
	const char *name = option(word), *equals = strchr(word, '=');
	char *url = without_password(word);
	json_t *j;

	if (!name && assigned(word))
		name = word;
	*next_hidden = false;
	if (name && equals && secret(name, (size_t)(equals - name)))
		j = json_sprintf("%.*s=" HIDDEN, (int)(equals - word), word);
	else
		j = json_string(url ? url : word);
	if (name && !equals)
		*next_hidden = secret(name, strlen(name));
	free(url);
	return j;
}

json_t *track_hide(json_t *argv)
{
	json_t *copy = json_array(), *word;
	bool hidden = false;
	size_t i;

	json_array_foreach(argv, i, word) {
		const char *text = json_string_value(word);
		bool hide = hidden;

		hidden = false;
		if (!text || hide)
			json_array_append_new(copy, json_string(HIDDEN));
		else
			json_array_append_new(copy, shown(text, &hidden));
	}
	return copy;
}
