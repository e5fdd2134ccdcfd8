/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "secrets.h"
#include "text.h"

#define HIDDEN "<hidden: "
#define BY_NAME HIDDEN "its name says secret>"

/* ---- by name ---- */

static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (!strcasecmp(word, *list))
			return true;
	return false;
}

static const char *const secret_words[] = {
	"apikey",     "accesskey",   "auth",	 "authkey",	"authorization",
	"authtoken",  "bearer",	     "cookie",	 "cookies",	"credential",
	"credentials", "creds",	     "jwt",	 "key",		"keys",
	"otp",	      "pass",	     "passphrase", "passwd",	"password",
	"passwords",  "passw",	     "pat",	 "privatekey",	"pwd",
	"secret",     "secretkey",   "secrets",	 "signature",	"sshkey",
	"token",      "webhook",     NULL
};
/* Beside such a word it is something else: a vocabulary's token, a size, where
 * a socket is. */
static const char *const harmless_words[] = {
	"bos",	 "cls",	 "count", "dim",  "dims",  "eos",   "file",
	"head",	 "heads", "id",	  "length", "limit", "mask", "name",
	"num",	 "pad",	 "path",  "sep",  "size",  "sock",  "sort",
	"type",	 "unk",	 "value", NULL
};

/* "PGPASSWORD", "MYTOKEN"; not "padtoken". */
static bool ends_like_one(const char *word)
{
	static const char *const ends[] = { "apikey",	"passphrase", "passwd",
					    "password", "secret",     "token" };
	size_t n = strlen(word);
	char before[32];

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t m = strlen(ends[i]);

		if (n <= m || strcasecmp(word + n - m, ends[i]))
			continue;
		snprintf(before, sizeof(before), "%.*s", (int)(n - m), word);
		return !is_one_of(before, harmless_words);
	}
	return false;
}

/* Cuts "dbPassword2", "DB_PASSWORD" and "db-password" into words; what is left
 * of the name, NULL at its end. */
static const char *next_word(const char *at, char *word, size_t size)
{
	size_t n = 0;

	while (*at && !isalpha((unsigned char)*at))
		at++;
	if (!*at)
		return NULL;
	while (isalpha((unsigned char)*at)) {
		if (n && islower((unsigned char)at[-1]) &&
		    isupper((unsigned char)*at))
			break;
		if (n + 1 < size)
			word[n++] = *at;
		at++;
	}
	word[n] = 0;
	return at;
}

bool secret_name(const char *name)
{
	bool secret = false, harmless = false;
	char word[32];

	if (!strcmp(name, "PWD") || !strcmp(name, "OLDPWD"))
		return false;
	for (const char *at = name;
	     (at = next_word(at, word, sizeof(word)));) {
		secret |= is_one_of(word, secret_words) || ends_like_one(word);
		harmless |= is_one_of(word, harmless_words);
	}
	return secret && !harmless;
}

/* ---- by shape ---- */

/* A service's keys begin alike. */
static const struct shape {
	const char *start, *more; /* characters besides letters and digits */
	size_t least;		  /* of characters behind the start */
	const char *what;
} shapes[] = {
	{ "AKIA", "", 16, "an AWS key" },
	{ "ASIA", "", 16, "an AWS key" },
	{ "AIza", "_-", 30, "a Google key" },
	{ "ya29.", "_-.", 20, "a Google token" },
	{ "ghp_", "", 20, "a GitHub token" },
	{ "gho_", "", 20, "a GitHub token" },
	{ "ghu_", "", 20, "a GitHub token" },
	{ "ghs_", "", 20, "a GitHub token" },
	{ "ghr_", "", 20, "a GitHub token" },
	{ "github_pat_", "_", 20, "a GitHub token" },
	{ "glpat-", "_-", 16, "a GitLab token" },
	{ "hf_", "", 20, "a Hugging Face token" },
	{ "sk-", "_-", 20, "an API key" },
	{ "sk_live_", "", 16, "an API key" },
	{ "sk_test_", "", 16, "an API key" },
	{ "rk_live_", "", 16, "an API key" },
	{ "xoxa-", "-", 10, "a Slack token" },
	{ "xoxb-", "-", 10, "a Slack token" },
	{ "xoxp-", "-", 10, "a Slack token" },
	{ "xoxr-", "-", 10, "a Slack token" },
	{ "xoxs-", "-", 10, "a Slack token" },
	{ "xapp-", "-", 10, "a Slack token" },
	{ "hooks.slack.com/services/", "/", 20, "a Slack webhook" },
	{ "npm_", "", 30, "an npm token" },
	{ "pypi-", "_-", 16, "a PyPI token" },
	{ "dop_v1_", "", 30, "a DigitalOcean token" },
	{ "SG.", "_-.", 30, "a SendGrid key" },
	{ "eyJ", "_-.=", 30, "a JSON web token" },
	{ "AGE-SECRET-KEY-", "", 20, "an age key" },
};

static bool is_of(char c, const char *more)
{
	return isalnum((unsigned char)c) || (c && strchr(more, c));
}

/* At most `most`: texts of a megabyte are looked at from each of their bytes. */
static size_t span(const char *at, const char *more, size_t most)
{
	size_t n = 0;

	while (n < most && is_of(at[n], more))
		n++;
	return n;
}

/* Its length; 0: none begins here. */
static size_t known_shape(const char *at, const char **what)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		const struct shape *s = &shapes[i];
		size_t n = strlen(s->start), rest;

		if (strncmp(at, s->start, n))
			continue;
		rest = span(at + n, s->more, SIZE_MAX);
		if (rest < s->least)
			continue;
		*what = s->what;
		return n + rest;
	}
	return 0;
}

#define PEM "-----BEGIN "

static size_t private_key(const char *at, const char **what)
{
	const char *end, *line;

	if (strncmp(at, PEM, strlen(PEM)))
		return 0;
	line = at + strlen(PEM);
	end = strstr(line, "-----");
	if (!end || !memmem(line, (size_t)(end - line), "PRIVATE KEY", 11))
		return 0;
	*what = "a private key";
	end = strstr(end + 5, "-----END ");
	end = end ? strstr(end + 9, "-----") : NULL;
	return end ? (size_t)(end + 5 - at) : strlen(at);
}

#define LONGEST_USER 256

/* "//user:password@host": the password; "//token@host": a long word. */
static size_t in_url(const char *text, const char *at, const char **what)
{
	const char *user = at, *end;

	if (at < text + 3 || (at[-1] != '/' && at[-1] != ':'))
		return 0;
	while (user > text && at - user < LONGEST_USER && user[-1] != '/' &&
	       !isspace((unsigned char)user[-1]))
		user--;
	if (user < text + 3 || strncmp(user - 3, "://", 3))
		return 0;
	end = at + strcspn(at, "@/?# \t\n\"'");
	if (*end != '@' || end == at)
		return 0;
	if (at == user ? (size_t)(end - at) < 20 || memchr(at, ':', (size_t)(end - at))
		       : at[-1] != ':')
		return 0;
	*what = "a password in a URL";
	return (size_t)(end - at);
}

/* Of "password=…", "&api_key=…", "AccountKey=…;", "Authorization: Bearer …",
 * where the value begins at `at`. */
static size_t named_value(const char *text, const char *at, const char **what)
{
	const char *end = at - 1, *start;
	char name[48];
	size_t n;

	if (at == text || (at[-1] != '=' && at[-1] != ':') ||
	    !strncmp(at, HIDDEN, strlen(HIDDEN)))
		return 0;
	start = end;
	while (start > text && is_of(start[-1], "_-") &&
	       end - start < (int)sizeof(name) - 1)
		start--;
	if (start == end)
		return 0;
	snprintf(name, sizeof(name), "%.*s", (int)(end - start), start);
	if (!secret_name(name))
		return 0;
	n = strcspn(at, "&;,\" '\t\n@");
	if (n < 4 || span(at, "", n) == strspn(at, "0123456789"))
		return 0;
	*what = "named a secret";
	return n;
}

static size_t scheme(const char *at, const char **what)
{
	size_t skip = !strncasecmp(at, "Bearer ", 7)  ? 7
		      : !strncasecmp(at, "Basic ", 6) ? 6
						      : 0;
	size_t n = skip ? span(at + skip, "_-.=+/~", SIZE_MAX) : 0;

	if (n < 12)
		return 0;
	*what = "an Authorization header";
	return skip + n;
}

/* Bits a character, of the word's own frequencies. */
static double entropy(const char *at, size_t n)
{
	unsigned count[256] = { 0 };
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		count[(unsigned char)at[i]]++;
	for (size_t i = 0; i < 256; i++)
		if (count[i])
			sum -= count[i] * log2((double)count[i] / (double)n);
	return sum / (double)n;
}

/* Long, of both cases and digits, and no word repeats in it. Digests in
 * hexadecimal are of one case, and wanted. */
static size_t random_word(const char *at, const char **what)
{
	size_t n = span(at, "_-+=", 513);
	bool upper = false, lower = false, digit = false;

	if (n < 32 || n > 512)
		return 0;
	for (size_t i = 0; i < n; i++) {
		upper |= isupper((unsigned char)at[i]);
		lower |= islower((unsigned char)at[i]);
		digit |= isdigit((unsigned char)at[i]);
	}
	if (!upper || !lower || !digit || entropy(at, n) < 4.3)
		return 0;
	*what = "a random word";
	return n;
}

/* Where a word begins, as far as shapes are concerned. */
static bool begins(const char *text, const char *at)
{
	return at == text || !is_of(at[-1], "_-");
}

static size_t secret_at(const char *text, const char *at, const char **what)
{
	size_t n = in_url(text, at, what);

	if (!n)
		n = private_key(at, what);
	if (!n)
		n = named_value(text, at, what);
	if (n || !begins(text, at))
		return n;
	n = known_shape(at, what);
	if (!n)
		n = scheme(at, what);
	return n ? n : random_word(at, what);
}

char *secrets_hide(const char *text)
{
	char *hidden = NULL;
	size_t size;
	FILE *to = open_memstream(&hidden, &size);

	if (!to)
		return NULL;
	for (const char *at = text; *at;) {
		const char *what = NULL;
		size_t n = secret_at(text, at, &what);

		if (n)
			fprintf(to, HIDDEN "%s>", what);
		else
			fputc(*at, to);
		at += n ? n : 1;
	}
	return fclose(to) ? NULL : hidden;
}

/* ---- what is written down ---- */

#define LONGEST 4096 /* of a variable's value */
#define KEPT 200     /* of one that is longer */

static json_t *as_text(const char *value)
{
	char *hidden = secrets_hide(value);
	json_t *j = hidden ? text_json(hidden) : json_null();

	free(hidden);
	return j;
}

/* Between characters of UTF-8. */
static json_t *beginning(const char *text, size_t all)
{
	size_t n = KEPT;

	while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	return json_sprintf("%.*s… (%zu bytes)", (int)n, text, all);
}

static json_t *cut(json_t *text, size_t all)
{
	json_t *j;

	if (json_string_length(text) <= LONGEST)
		return text;
	j = beginning(json_string_value(text), all);
	json_decref(text);
	return j;
}

/* Numbers and words as "true" and "none" keep nothing secret. */
static bool harmless_value(const char *value)
{
	static const char *const words[] = { "true", "false", "yes", "no",
					     "on",   "off",   "none", "auto",
					     NULL };

	return !*value || is_one_of(value, words) ||
	       (strlen(value) < 8 && !value[strspn(value, "0123456789.")]);
}

json_t *secrets_variable(const char *name, const char *value)
{
	if (secret_name(name) && !harmless_value(value))
		return json_string(BY_NAME);
	return cut(as_text(value), strlen(value));
}

/* "--NAME=value": where the value is; NULL: it is no such argument. */
static const char *option_value(const char *arg, char *name, size_t size)
{
	const char *start = arg + strspn(arg, "-");
	size_t n = strcspn(start, "=");

	snprintf(name, size, "%.*s", (int)(n < size ? n : size - 1), start);
	return start > arg && start[n] ? start + n + 1 : NULL;
}

static json_t *argument(const char *arg, bool secret)
{
	char name[64], *text;
	const char *value = option_value(arg, name, sizeof(name));
	json_t *j;

	if (secret && !harmless_value(arg))
		return json_string(BY_NAME);
	if (!value || !secret_name(name) || harmless_value(value))
		return as_text(arg);
	if (asprintf(&text, "%.*s" BY_NAME, (int)(value - arg), arg) < 0)
		return json_null();
	j = text_json(text);
	free(text);
	return j;
}

json_t *secrets_arguments(char *const *argv)
{
	json_t *list = json_array();
	bool secret = false;

	for (; *argv; argv++) {
		char name[64];
		const char *value = option_value(*argv, name, sizeof(name));

		json_array_append_new(list,
				      argument(*argv,
					       secret && **argv != '-'));
		secret = **argv == '-' && !value && secret_name(name);
	}
	return list;
}

bool secrets_none(const json_t *written, char *const *argv)
{
	size_t i = 0;

	for (; argv[i]; i++) {
		const char *text =
			json_string_value(json_array_get(written, i));

		if (!text || strcmp(text, argv[i]))
			return false;
	}
	return i == json_array_size(written);
}
