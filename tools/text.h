/* SPDX-License-Identifier: MIT */
/* Names from programs may hold any bytes: neither terminals nor JSON take all
 * of them. */
#ifndef SAMEBITS_TEXT_H
#define SAMEBITS_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

/* A JSON string; where `s` is not UTF-8, its bytes above 127 become '?'. NULL
 * gives null. */
static inline json_t *text_json(const char *s)
{
	json_t *j = s ? json_string(s) : json_null();
	char *copy;

	if (j)
		return j;
	copy = strdup(s);
	if (!copy)
		return json_null();
	for (char *p = copy; *p; p++)
		if ((signed char)*p < 0)
			*p = '?';
	j = json_string(copy);
	free(copy);
	return j;
}

/* What an object has at a key; NULL, or "", where that is no string. */
static inline const char *text_at(const json_t *j, const char *key)
{
	return json_string_value(json_object_get(j, key));
}

static inline const char *text_some(const json_t *j, const char *key)
{
	const char *text = text_at(j, key);

	return text ? text : "";
}

/* A path's last part. */
static inline const char *text_base(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path;
}

/* Control characters become '?': a name must not steer the terminal. So does
 * NULL, which JSON gives for what is no string. */
static inline void text_print(FILE *to, const char *s)
{
	for (s = s ? s : "?"; *s; s++)
		fputc((unsigned char)*s < 32 || *s == 127 ? '?' : *s, to);
}

/* At most `most` bytes of it, and no character in parts. */
static inline void text_print_some(FILE *to, const char *s, size_t most)
{
	char *some = strndup(s, most);
	size_t n = some ? strlen(some) : 0;
	bool cut = s[n];

	while (cut && n && (s[n] & 0xc0) == 0x80)
		n--;
	if (some) {
		some[n] = 0;
		text_print(to, some);
	}
	if (cut)
		fputs("…", to);
	free(some);
}

/* Its lines, each after `indent`. */
static inline void text_print_lines(FILE *to, const char *text,
				    const char *indent)
{
	while (text && *text) {
		size_t n = strcspn(text, "\n");
		char *line = strndup(text, n);

		fputs(indent, to);
		text_print(to, line ? line : "?");
		fputc('\n', to);
		free(line);
		text += n + (text[n] == '\n');
	}
}

/* Is it one of the words, which spaces part? */
static inline bool text_has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = words; (at = strstr(at, word)); at += n)
		if ((at == words || at[-1] == ' ') &&
		    (!at[n] || at[n] == ' '))
			return true;
	return false;
}

/* One more sentence of a list. */
static inline void __attribute__((format(printf, 2, 3)))
text_note(json_t *list, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	json_array_append_new(list, json_vsprintf(format, ap));
	va_end(ap);
}

#endif
