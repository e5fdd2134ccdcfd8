/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "section.h"
#include "text.h"

static void put(struct section *s, char *line)
{
	char **grown = realloc(s->line, (s->n + 1) * sizeof(*grown));

	if (!grown) {
		free(line);
		return;
	}
	s->line = grown;
	grown[s->n++] = line;
}

void section_add(struct section *s, const char *format, ...)
{
	va_list ap;
	char *line;
	int ret;

	va_start(ap, format);
	ret = vasprintf(&line, format, ap);
	va_end(ap);
	if (ret >= 0)
		put(s, line);
}

void section_more(struct section *s, const char *text)
{
	while (text && *text) {
		size_t n = strcspn(text, "\n");

		section_add(s, "  %.*s", (int)n, text);
		text += n + (text[n] == '\n');
	}
}

void section_free(struct section *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->line[i]);
	free(s->line);
	s->line = NULL;
	s->n = 0;
}

#define SHOWN 20

static void print_section(FILE *to, const struct section *s)
{
	if (!s->n) {
		fprintf(to, "%s: the same\n", s->title);
		return;
	}
	fprintf(to, "%s\n", s->title);
	for (size_t i = 0; i < s->n && i < SHOWN; i++) {
		fputs("  ", to);
		text_print(to, s->line[i]);
		fputc('\n', to);
	}
	if (s->n > SHOWN)
		fprintf(to, "  … and %zu lines more\n", s->n - SHOWN);
}

static void print_events(FILE *to, const struct verdict *v,
			 unsigned long long events, bool complete)
{
	if (v->suspects) {
		report_suspects(to, v);
		fputc('\n', to);
		return;
	}
	if (events)
		fprintf(to, "events: the same, %llu of them%s\n", events,
			complete ? "" : ", as far as they were logged");
	else
		fputs("calls by place: the same counts and values\n", to);
}

void sections_print(FILE *to, const struct section *s, size_t n,
		    const struct verdict *v, unsigned long long events,
		    bool complete)
{
	/* What changes rounding everywhere is said before all else. */
	for (size_t i = 0; i < n; i++)
		if (s[i].warns && s[i].n)
			fprintf(to, "%s: %s\n\n", s[i].warns, s[i].line[0]);
	for (size_t i = 0; i + 1 < n; i++)
		print_section(to, &s[i]);
	print_events(to, v, events, complete);
	if (!events && v->suspects)
		fputs("the order is not known: make the runs with --trace "
		      "full\n",
		      to);
	print_section(to, &s[n - 1]);
}

void sections_json(FILE *to, const struct section *s, size_t n,
		   const struct verdict *v)
{
	json_t *root = report_json(v), *sections = json_object();

	for (size_t i = 0; i < n; i++) {
		json_t *list = json_array();

		for (size_t k = 0; k < s[i].n; k++)
			json_array_append_new(list, text_json(s[i].line[k]));
		json_object_set_new(sections, s[i].title, list);
	}
	json_object_set_new(root, "sections", sections);
	json_dumpf(root, to, JSON_INDENT(2));
	fputc('\n', to);
	json_decref(root);
}
