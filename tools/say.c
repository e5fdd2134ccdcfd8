/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "defaults.h"
#include "run.h"
#include "say.h"
#include "text.h"

int run_says = -1;

bool say_colour(FILE *to)
{
	const char *no = getenv("NO_COLOR");

	return isatty(fileno(to)) && !(no && *no);
}

/* Trouble with "--NAME …" is put down to the line of samebits.conf that set
 * it, where one did. */
static void print_origin(FILE *to, const char *text)
{
	const char *origin = NULL;

	if (!strncmp(text, "--", 2))
		origin = defaults_origin(text + 2, strcspn(text + 2, " :="));
	if (!origin)
		return;
	text_print(to, origin);
	fputs(": ", to);
}

static void line(const char *mark, const char *format, va_list ap)
{
	FILE *to = run_says < 0 ? stderr : fdopen(dup(run_says), "a");
	bool colour = to && *mark && say_colour(to);
	char *text;

	if (!to || vasprintf(&text, format, ap) < 0)
		return;
	fprintf(to, "%ssamebits:%s ", colour ? mark : "",
		colour ? "\033[0m" : "");
	print_origin(to, text);
	text_print(to, text);
	fputc('\n', to);
	free(text);
	if (to != stderr)
		fclose(to);
}

void say(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	line("", format, ap);
	va_end(ap);
}

int fail(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	line("\033[31m", format, ap);
	va_end(ap);
	return STATUS_TROUBLE;
}

/* Edits that turn a into b; words here are short. */
static unsigned distance(const char *a, const char *b)
{
	size_t n = strlen(b);
	unsigned row[64];

	if (n > 62)
		return 99;
	for (unsigned j = 0; j <= n; j++)
		row[j] = j;
	for (unsigned i = 1; *a; i++, a++) {
		unsigned corner = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= n; j++) {
			unsigned best = corner + (*a != b[j - 1]);

			corner = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[n];
}

const char *say_nearest(const char *word, const char *const *words)
{
	const char *nearest = NULL;
	unsigned best = (unsigned)(strlen(word) + 1) / 2;

	for (; *words; words++) {
		unsigned d = distance(word, *words);

		if (d <= best && (!nearest || d < best)) {
			best = d;
			nearest = *words;
		}
	}
	return nearest;
}
