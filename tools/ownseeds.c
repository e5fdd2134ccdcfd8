/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ownseeds.h"
#include "reader.h"
#include "shim.h"
#include "symbols.h"
#include "text.h"
#include "verdict.h"

#define LINE 60 /* characters of a line of Python that are shown */

struct search {
	struct ownseeds *own;
	json_t *seeding; /* sources: whether they are of Python's libraries */
	bool honour;
	struct symbols *symbols;
	struct rundir run;
};

static void collect(const struct source *row, void *seeding)
{
	if (row->seeding)
		json_object_set_new(seeding, row->name,
				    json_boolean(!strcmp(row->group,
							 SB_SEEDING)));
}

/* "random.seed(42)": without its blanks, cut. NULL: it is not to be had. */
static char *python_line(const struct frame *f)
{
	size_t n = strlen(f->file), room = 0;
	bool python = n > 3 && !strcmp(f->file + n - 3, ".py");
	FILE *from = python ? fopen(f->file, "re") : NULL;
	char *line = NULL, *text = NULL;
	const char *start;
	int left = f->line;

	while (from && left && getline(&line, &room, from) > 0)
		left--;
	if (from && !left) {
		start = line + strspn(line, " \t");
		text = strndup(start, strcspn(start, "\r\n"));
	}
	if (text && strlen(text) > LINE)
		text[LINE] = 0;
	if (from)
		fclose(from);
	free(line);
	return text;
}

/* As where it was called; NULL: no memory. */
static char *place(const char *name, const struct frame *f)
{
	bool line = f && f->file && f->line;
	char *python = line ? python_line(f) : NULL, *text = NULL;
	int ret;

	if (python)
		ret = asprintf(&text, "%s at %s:%d", python, f->file, f->line);
	else if (line)
		ret = asprintf(&text, "%s() at %s:%d", name, f->file, f->line);
	else if (f)
		ret = asprintf(&text, "%s() in %s%s%s", name,
			       f->function ? f->function : "",
			       f->function && f->module ? " of " : "",
			       f->module ? f->module : "");
	else
		ret = asprintf(&text, "%s()", name);
	free(python);
	return ret < 0 ? NULL : text;
}

/* Each once. */
static void add(json_t *list, const char *text)
{
	const json_t *known;
	size_t i;

	json_array_foreach(list, i, known)
		if (!strcmp(json_string_value(known), text))
			return;
	json_array_append_new(list, text_json(text));
}

/* The user's own code, else whoever called. */
static void add_site(struct search *s, const struct log *log,
		     const struct sb_counter *c)
{
	struct stack stack = { 0 };
	const struct frame *f;
	char *text;
	bool own;

	if (!stack_of_site(&stack, s->symbols, log, log_site(log, c->site))) {
		f = stack_own(&stack, &own);
		if (!f && stack.n)
			f = &stack.frame[0];
		text = place(log->source[c->source].name, f);
		if (text)
			add(s->own->places, text);
		free(text);
	}
	stack_free(&stack);
}

static void look_at(struct search *s, const struct log *log,
		    const struct sb_counter *c)
{
	json_t *of_python = json_object_get(s->seeding,
					    log->source[c->source].name);
	bool mixed = json_is_true(of_python)
			     ? (c->policy & SB_POLICY) == SB_FORCE
			     : !s->honour;

	if (!of_python || mixed)
		return;
	s->own->reseed |= json_is_true(of_python);
	s->own->honoured |= json_is_false(of_python);
	add_site(s, log, c);
}

static void search_logs(struct search *s)
{
	for (size_t k = 0; k < s->run.nlogs; k++) {
		const struct log *log = &s->run.log[k];

		for (size_t i = 0; i < log->ncounters; i++)
			if (log->counter[i])
				look_at(s, log, log->counter[i]);
	}
}

static bool honours(const json_t *manifest)
{
	const char *seeds = json_string_value(json_object_get(
		json_object_get(manifest, "options"), "seeds"));

	return seeds && !strcmp(seeds, "honour");
}

void ownseeds_find(struct ownseeds *own, const char *dir)
{
	struct search s = { .own = own, .seeding = json_object(),
			    .symbols = symbols_new() };

	*own = (struct ownseeds){ .places = json_array() };
	if (s.symbols && !rundir_open(&s.run, dir)) {
		shim_sources(collect, s.seeding);
		s.honour = honours(s.run.manifest);
		search_logs(&s);
	}
	if (s.symbols)
		rundir_close(&s.run);
	json_decref(s.seeding);
	symbols_free(s.symbols);
}

void ownseeds_free(struct ownseeds *own)
{
	json_decref(own->places);
	*own = (struct ownseeds){ 0 };
}
