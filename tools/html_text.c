/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "html.h"

#define REPLACEMENT "\xef\xbf\xbd"  /* U+FFFD */
#define NARROW_SPACE "\xe2\x80\xaf" /* U+202F, does not break */

/* The length of a character, 0: these bytes are none; *code is which. */
static size_t decode(const unsigned char *s, uint32_t *code)
{
	size_t n = *s < 0x80   ? 1
		   : *s < 0xc2 ? 0
		   : *s < 0xe0 ? 2
		   : *s < 0xf0 ? 3
		   : *s < 0xf5 ? 4
			       : 0;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };

	*code = n < 2 ? *s : *s & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	return n && *code >= least[n] && *code <= 0x10ffff ? n : 0;
}

/* XML forbids controls, surrogates and noncharacters; the marks of direction
 * would make a name look like another. */
static bool is_shown(uint32_t c)
{
	if (c < 0x20)
		return c == '\n' || c == '\t';
	return (c < 0x7f || c > 0x9f) && (c < 0xd800 || c > 0xdfff) &&
	       (c & 0xfffe) != 0xfffe && (c < 0xfdd0 || c > 0xfdef) &&
	       (c < 0x202a || c > 0x202e) && (c < 0x2066 || c > 0x2069) &&
	       c != 0x200e && c != 0x200f;
}

static const char *entity(uint32_t c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	}
	return NULL;
}

#define TEXT_MOST 6000 /* bytes of a text: pages stay of a size to send */
#define VALUE_MOST 500

static void put_text(FILE *to, const char *s, ptrdiff_t most)
{
	const unsigned char *start = (const unsigned char *)(s ? s : "");
	const unsigned char *at = start;

	while (*at) {
		uint32_t code;

		if (at - start >= most) {
			fputs("…", to);
			return;
		}
		size_t n = decode(at, &code);

		if (!n || !is_shown(code))
			fputs(REPLACEMENT, to);
		else if (entity(code))
			fputs(entity(code), to);
		else
			fwrite(at, 1, n, to);
		at += n ? n : 1;
	}
}

void html_text(FILE *to, const char *s)
{
	put_text(to, s, TEXT_MOST);
}

void html_short(FILE *to, const char *s, size_t letters)
{
	size_t n = 0, seen = 0;
	char *part;

	for (; s[n]; n++)
		if (((unsigned char)s[n] & 0xc0) != 0x80 && seen++ == letters)
			break;
	part = strndup(s, n);
	html_text(to, part ? part : "?");
	if (s[n])
		fputs("…", to);
	free(part);
}

void html_format(FILE *to, const char *format, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		text = NULL;
	va_end(ap);
	html_text(to, text ? text : "?");
	free(text);
}

void html_value(FILE *to, const json_t *j)
{
	char *text;

	if (!j || json_is_null(j)) {
		fputs("–", to);
		return;
	}
	if (json_is_string(j)) {
		put_text(to, json_string_value(j), VALUE_MOST);
		return;
	}
	text = json_dumps(j, JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));
	put_text(to, text ? text : "?", VALUE_MOST);
	free(text);
}

void html_count(FILE *to, uint64_t n)
{
	char digits[24];
	int len =
		snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);

	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0 && len > 4)
			fputs(NARROW_SPACE, to);
		fputc(digits[i], to);
	}
}

void html_seconds(FILE *to, double s)
{
	if (!isfinite(s) || s < 0)
		fputs("–", to);
	else if (s < 100)
		fprintf(to, "%.*f" NARROW_SPACE "s", s < 10 ? 2 : 1, s);
	else
		fprintf(to, "%.0f" NARROW_SPACE "min %.0f" NARROW_SPACE "s",
			floor(s / 60), fmod(s, 60));
}

void html_time(FILE *to, double s)
{
	time_t t = (time_t)s;
	char text[64];
	struct tm tm;

	if (localtime_r(&t, &tm) &&
	    strftime(text, sizeof(text), "%-d %b %Y, %H:%M %Z", &tm))
		html_text(to, text);
	else
		fputs("–", to);
}

const char *html_base(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash && slash[1] ? slash + 1 : path ? path : "?";
}

static void command_word(FILE *to, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_@%+=:,./-";
	bool quoted = !*word || word[strspn(word, plain)];

	if (quoted)
		fputs("&#39;", to);
	for (const char *at = word; *at;) {
		size_t n = strcspn(at, "'");
		char *part = strndup(at, n);

		html_text(to, part ? part : "?");
		free(part);
		at += n;
		if (*at) {
			fputs("&#39;\\&#39;&#39;", to);
			at++;
		}
	}
	if (quoted)
		fputs("&#39;", to);
}

void html_title(char *out, size_t size, const json_t *argv)
{
	size_t i, n = 0;
	json_t *word;

	*out = 0;
	json_array_foreach((json_t *)argv, i, word)
	{
		const char *text = json_string_value(word);
		int len;

		if (!text || (i && (strpbrk(text, " \n\t") || n > 40)))
			break;
		len = snprintf(out + n, size - n, "%s%s", i ? " " : "",
			       *text == '-' ? text : html_base(text));
		if (len < 0 || n + (size_t)len >= size) {
			out[n] = 0;
			break;
		}
		n += (size_t)len;
	}
	if (i < json_array_size(argv))
		snprintf(out + n, size - n, " …");
}

#define WORDS_SHOWN 60

void html_command(FILE *to, const json_t *argv)
{
	size_t i, n = json_array_size(argv);
	json_t *word;

	fputs("<code class=\"command\">", to);
	json_array_foreach((json_t *)argv, i, word)
	{
		if (i == WORDS_SHOWN)
			break;
		if (i)
			fputc(' ', to);
		if (json_is_string(word))
			command_word(to, json_string_value(word));
	}
	if (n > WORDS_SHOWN)
		fprintf(to, " … %zu more", n - WORDS_SHOWN);
	fputs("</code>", to);
}
