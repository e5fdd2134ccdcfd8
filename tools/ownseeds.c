/* SPDX-License-Identifier: MIT */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "ownseeds.h"
#include "reader.h"
#include "shim.h"
#include "symbols.h"
#include "text.h"
#include "verdict.h"

struct search {
	json_t *found;
	json_t *seeding; /* names of sources */
	struct symbols *symbols;
	struct rundir run;
};

static void add(json_t *list, const char *text)
{
	const json_t *known;
	size_t i;

	json_array_foreach(list, i, known)
		if (!strcmp(json_string_value(known), text))
			return;
	json_array_append_new(list, text_json(text));
}

/* ---- calls in the log ---- */

static void collect(const struct source *row, void *seeding)
{
	if (row->seeding)
		json_object_set_new(seeding, row->name, json_true());
}

/* The user's own code, else whoever called. */
static void add_site(struct search *s, const struct log *log,
		     const struct sb_counter *c)
{
	const char *name = log->source[c->source].name;
	struct stack stack = { 0 };
	const struct frame *f;
	bool own;
	char *text;
	int ret = -1;

	if (stack_of_site(&stack, s->symbols, log, log_site(log, c->site))) {
		stack_free(&stack);
		return;
	}
	f = stack_own(&stack, &own);
	if (!f && stack.n)
		f = &stack.frame[0];
	if (f && f->file && f->line)
		ret = asprintf(&text, "%s() at %s:%d", name, f->file, f->line);
	else if (f)
		ret = asprintf(&text, "%s() in %s%s%s", name,
			       f->function ? f->function : "",
			       f->function && f->module ? " of " : "",
			       f->module ? f->module : "");
	if (ret >= 0) {
		add(s->found, text);
		free(text);
	}
	stack_free(&stack);
}

static void search_logs(struct search *s)
{
	for (size_t k = 0; k < s->run.nlogs; k++) {
		const struct log *log = &s->run.log[k];

		for (size_t i = 0; i < log->ncounters; i++) {
			const struct sb_counter *c = log->counter[i];

			if (c && json_object_get(s->seeding,
						 log->source[c->source].name))
				add_site(s, log, c);
		}
	}
}

/* ---- lines of Python ---- */

/* Of what is called seed, any argument but None; of others a number. */
#define CALLS                                                                  \
	"(^|[^[:alnum:]_])(manual_|set_|set_random_|random_)?"                 \
	"seed(_all|_everything)?[[:space:]]*\\([[:space:]]*[^)N[:space:]]|"   \
	"(^|[^[:alnum:]_])(RandomState|default_rng|Random|PRNGKey|Generator|"  \
	"PCG64|MT19937)[[:space:]]*\\([[:space:]]*[0-9]"
#define SETTINGS                                                               \
	"(^|[^[:alnum:]_])(random_state|random_seed|seed)[[:space:]]*=[[:space:]]*[0-9]"

/* Without its blanks and its comment's end, cut. */
static void add_line(struct search *s, const char *path, unsigned number,
		     const char *line)
{
	const char *from = line + strspn(line, " \t");
	char *text;

	if (*from == '#' || asprintf(&text, "%.*s at %s:%u",
				     (int)strcspn(from, "\r\n") < 60
					     ? (int)strcspn(from, "\r\n")
					     : 60,
				     from, path, number) < 0)
		return;
	add(s->found, text);
	free(text);
}

static void search_file(struct search *s, const char *path,
			const regex_t *regex)
{
	FILE *from = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;

	for (unsigned n = 1; from && getline(&line, &room, from) > 0; n++)
		if (!regexec(regex, line, 0, NULL, 0))
			add_line(s, path, n, line);
	free(line);
	if (from)
		fclose(from);
}

static bool is_python(const char *path)
{
	size_t n = strlen(path);

	return n > 3 && !strcmp(path + n - 3, ".py");
}

/* The script is an argument; modules that it imports are inputs. */
static void search_python(struct search *s, const regex_t *regex,
			  const char *dir)
{
	const json_t *cwd = json_object_get(s->run.manifest, "cwd");
	json_t *argv = json_object_get(s->run.manifest, "argv"), *arg;
	struct files files;
	char *path;
	size_t i;

	json_array_foreach(argv, i, arg) {
		const char *text = json_string_value(arg);

		if (!text || !is_python(text))
			continue;
		if (asprintf(&path, "%s%s%s",
			     *text == '/' ? "" : json_string_value(cwd),
			     *text == '/' ? "" : "/", text) < 0)
			return;
		search_file(s, path, regex);
		free(path);
	}
	if (!files_read(&files, dir))
		for (i = 0; i < files.inputs; i++)
			if (is_python(files.input[i].path) &&
			    !file_of_system(files.input[i].path))
				search_file(s, files.input[i].path, regex);
	files_free(&files);
}

json_t *ownseeds_find(const char *dir)
{
	struct search s = { .found = json_array(), .seeding = json_object(),
			    .symbols = symbols_new() };
	regex_t regex;

	if (s.symbols && !rundir_open(&s.run, dir)) {
		shim_sources(collect, s.seeding);
		search_logs(&s);
		if (!regcomp(&regex, CALLS "|" SETTINGS,
			     REG_EXTENDED | REG_NOSUB)) {
			search_python(&s, &regex, dir);
			regfree(&regex);
		}
	}
	if (s.symbols)
		rundir_close(&s.run);
	json_decref(s.seeding);
	symbols_free(s.symbols);
	return s.found;
}
