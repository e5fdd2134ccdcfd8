/* SPDX-License-Identifier: MIT */
/* `samebits report`: what a run met, where, and what was done about it. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blind.h"
#include "cmd.h"
#include "filelist.h"
#include "find.h"
#include "opts.h"
#include "picture.h"
#include "record.h"
#include "report.h"
#include "report_record.h"
#include "rules.h"
#include "runtimes.h"
#include "say.h"
#include "sites.h"
#include "store.h"
#include "symbols.h"
#include "tally.h"
#include "text.h"
#include "trialset.h"
#include "turnsreport.h"

#define FRAMES 3 /* shown to people; --json has all of them */
#define SITES 3

static struct {
	const char *store, *json, *sites, *html, *svg;
} o;

static const struct opt options[] = {
	{ "store", 0, "DIR", "where runs are kept (default .samebits)",
	  &o.store },
	{ "json", 0, NULL, "all of it, for programs", &o.json },
	{ "sites", 0, "N", "callers shown a source (default 3; more: all files)",
	  &o.sites },
	{ "html", 0, "FILE", "a page of it, in one file", &o.html },
	{ "svg", 0, "DIR", "its plots, each a file", &o.svg },
	{ NULL, 0, NULL, NULL, NULL }
};

/* For programs */

static json_t *hex(uint64_t value)
{
	return json_sprintf("%016" PRIx64, value);
}

static json_t *frame_json(struct report *r, const struct log *log,
			  const struct sb_frame *f)
{
	const struct sb_module *m = log_module(log, f->module);
	struct place p = { 0 };
	json_t *j = json_object();

	if (m)
		p = site_look_up(r->symbols, &r->run.notes, m, f->offset);
	json_object_set_new(j, "module", text_json(m ? m->path : NULL));
	json_object_set_new(j, "build_id", m ? module_build_id(m) : json_null());
	json_object_set_new(j, "offset", json_sprintf("0x%" PRIx64, f->offset));
	json_object_set_new(j, "function", text_json(p.function));
	json_object_set_new(j, "file", text_json(p.file));
	json_object_set_new(j, "line",
			    p.file ? json_integer(p.line) : json_null());
	return j;
}

static json_t *line_json(const struct sb_line *line)
{
	json_t *j = json_object();

	json_object_set_new(j, "file", text_json(line ? line_file(line) : NULL));
	json_object_set_new(j, "line", line ? json_integer(line->number)
					    : json_null());
	json_object_set_new(j, "function",
			    text_json(line ? line_function(line) : NULL));
	return j;
}

/* The stack that leads to a site: the frames of C, the lines of Python. */
static void add_stack(json_t *j, struct report *r, const struct log *log,
		      const struct sb_site *site)
{
	json_t *frames = json_array(), *lines = json_array();

	for (uint32_t i = 0; site && i < site->depth; i++)
		json_array_append_new(frames,
				      frame_json(r, log, &site->frame[i]));
	for (uint32_t i = 0; site && i < site->lines; i++)
		json_array_append_new(lines,
				      line_json(site_line(log, site, i)));
	json_object_set_new(j, "frames", frames);
	json_object_set_new(j, "lines", lines);
}

static void add_stack_of(json_t *j, void *r, const struct log *log,
			 const struct sb_site *site)
{
	add_stack(j, r, log, site);
}

static json_t *first_values(const struct sb_counter *c)
{
	json_t *first = json_array();

	for (size_t i = 0; i < 3 && i < c->count; i++)
		if (!(c->policy & SB_CRYPTO))
			json_array_append_new(first, hex(c->first[i]));
	return first;
}

static json_t *site_json(struct report *r, const struct use *u)
{
	const struct sb_counter *c = u->counter;
	const struct sb_site *site = log_site(u->log, c->site);
	json_t *j = json_object();

	json_object_set_new(j, "hash", site ? hex(site->hash) : json_null());
	json_object_set_new(j, "calls", json_integer((json_int_t)c->count));
	json_object_set_new(j, "process", text_json(u->log->head.path));
	json_object_set_new(j, "thread",
			    text_json(log_thread_path(u->log, c->thread)));
	json_object_set_new(j, "digest", c->policy & SB_CRYPTO
						 ? json_null()
						 : hex(c->digest));
	json_object_set_new(j, "first", first_values(c));
	json_object_set_new(j, "suppression",
			    json_integer(c->policy >> SB_SUPPRESSION));
	add_stack(j, r, u->log, site);
	return j;
}

static json_t *source_json(struct report *r, const struct tally_source *s)
{
	json_t *j = json_object(), *sites = json_array();

	json_object_set_new(j, "name", text_json(s->name));
	json_object_set_new(j, "group", text_json(s->group));
	json_object_set_new(j, "policy", json_string(tally_policy(s)));
	json_object_set_new(j, "calls", json_integer((json_int_t)s->calls));
	json_object_set_new(j, "bytes", json_integer((json_int_t)s->bytes));
	json_object_set_new(j, "threads", json_integer((json_int_t)s->threads));
	json_object_set_new(j, "processes",
			    json_integer((json_int_t)s->processes));
	json_object_set_new(j, "crypto_calls",
			    json_integer((json_int_t)s->crypto_calls));
	json_object_set_new(j, "suppressed_calls",
			    json_integer((json_int_t)s->suppressed_calls));
	for (size_t i = 0; i < s->uses && i < r->sites; i++)
		json_array_append_new(sites, site_json(r, &s->use[i]));
	json_object_set_new(j, "sites", sites);
	return j;
}

static json_t *of_manifest(const struct report *r, const char *key)
{
	json_t *j = json_object_get(r->run.manifest, key);

	return j ? json_incref(j) : json_null();
}

/* The calls that ended the run; more than one where two processes came to
 * theirs at once. */
static json_t *denied_json(struct report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->run.nlogs; i++)
		for (size_t k = 0; k < r->run.log[i].ndenied; k++) {
			const struct log *log = &r->run.log[i];
			const struct sb_denied *d = log->denied[k];
			json_t *j = d ? json_object() : NULL;

			if (!d)
				continue;
			json_object_set_new(
				j, "source",
				text_json(log->source[d->source].name));
			json_object_set_new(j, "process",
					    text_json(log->head.path));
			json_object_set_new(
				j, "thread",
				text_json(log_thread_path(log, d->thread)));
			add_stack(j, r, log, log_site(log, d->site));
			json_array_append_new(list, j);
		}
	return list;
}

static json_t *suppressions_json(const struct report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->suppressions.n; i++) {
		const struct suppression *s = &r->suppressions.rule[i];
		json_t *j = json_object();

		json_object_set_new(j, "line", json_integer(s->line));
		json_object_set_new(j, "rule", text_json(s->rule));
		json_object_set_new(j, "reason", text_json(s->reason));
		json_object_set_new(j, "calls",
				    json_integer((json_int_t)s->calls));
		json_array_append_new(list, j);
	}
	return list;
}

static json_t *runtimes_json(const struct report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->runtimes.n; i++) {
		const struct runtime *t = &r->runtimes.runtime[i];
		json_t *j = json_object();

		json_object_set_new(j, "kind", text_json(t->kind));
		json_object_set_new(j, "path", text_json(t->path));
		json_object_set_new(j, "text", text_json(t->text));
		json_object_set_new(j, "least_threads",
				    json_integer(t->least));
		json_object_set_new(j, "most_threads", json_integer(t->most));
		json_object_set_new(j, "processes",
				    json_integer((json_int_t)t->processes));
		json_array_append_new(list, j);
	}
	return list;
}

static json_t *report_json(struct report *r)
{
	json_t *j = json_object(), *list = json_array();

	json_object_set_new(j, "run", text_json(text_base(r->run.dir)));
	json_object_set_new(j, "mode", text_json(report_mode(r)));
	json_object_set_new(j, "seed", of_manifest(r, "seed"));
	json_object_set_new(j, "program", text_json(report_program(r)));
	json_object_set_new(j, "ranks", of_manifest(r, "ranks"));
	json_object_set_new(j, "threads", of_manifest(r, "threads"));
	json_object_set_new(j, "environment", of_manifest(r, "environment"));
	json_object_set_new(j, "processes",
			    json_integer((json_int_t)r->tally.processes));
	for (size_t i = 0; i < r->tally.n; i++)
		json_array_append_new(list,
				      source_json(r, &r->tally.source[i]));
	json_object_set_new(j, "sources", list);
	list = json_array();
	for (size_t i = 0; i < r->tally.outputs; i++)
		json_array_append_new(
			list,
			source_json(r, &r->tally.source[r->tally.n + i]));
	json_object_set_new(j, "writes", list);
	list = files_json(&r->files);
	json_object_set(j, "inputs", json_object_get(list, "inputs"));
	json_object_set(j, "outputs", json_object_get(list, "outputs"));
	json_decref(list);
	json_object_set_new(j, "denied", denied_json(r));
	json_object_set_new(j, "turns",
			    turns_json(&r->run, &r->runtimes, add_stack_of, r));
	json_object_set_new(j, "runtimes", runtimes_json(r));
	json_object_set_new(j, "suppressions", suppressions_json(r));
	list = json_array();
	for (size_t i = 0; i < r->blinds.n; i++) {
		json_t *spot = json_object();

		json_object_set_new(spot, "kind",
				    text_json(r->blinds.blind[i].kind));
		json_object_set_new(spot, "text",
				    text_json(r->blinds.blind[i].text));
		json_array_append_new(list, spot);
	}
	json_object_set_new(j, "blind_spots", list);
	list = json_array();
	for (size_t i = 0; i < r->run.notes.n; i++)
		json_array_append_new(list, text_json(r->run.notes.text[i]));
	json_object_set_new(j, "notes", list);
	return j;
}

/* For people */

static const char *style(const struct report *r, const char *code)
{
	return r->colour ? code : "";
}
#define BOLD "\033[1m"
#define RED "\033[31m"
#define PLAIN "\033[0m"

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static const char *treated(const struct tally_source *s)
{
	static const char *const word[][2] = {
		{ "force", "forced" },	 { "observe", "observed" },
		{ "pass", "passed" },	 { "deny", "denied" },
		{ "crypto", "real, for cryptography" },
		{ "mixed", "forced for some callers, observed for others" },
	};
	const char *policy = tally_policy(s);
	size_t i = 0;

	while (strcmp(word[i][0], policy))
		i++;
	return word[i][1];
}

/* What the first calls from there were about. */
static void shapes_print(const struct use *use)
{
	const char *text[3];
	unsigned n = counter_shapes(use->log, use->counter, text);

	for (unsigned i = 0; i < n; i++) {
		printf("                 ");
		text_print(stdout, text[i]);
		putchar('\n');
	}
}

/* The first seeds from there. */
static void seeds_print(const struct sb_counter *n)
{
	printf("                 seed");
	for (uint64_t i = 0; i < n->count && i < 3; i++)
		printf("%s %" PRIu64, i ? "," : "", n->first[i]);
	printf("%s\n", n->count > 3 ? ", ..." : "");
}

static void shown_print(struct report *r, const struct shown *shown,
			bool seeding)
{
	printf("    %8" PRIu64 " x  ", shown->calls);
	(seeding ? site_print_own : site_print)(
		stdout, r->symbols, &r->run.notes, shown->use->log,
		shown->site, FRAMES, "\n                 ");
	putchar('\n');
	if (seeding)
		seeds_print(shown->use->counter);
	shapes_print(shown->use);
}

static void sites_print(struct report *r, const struct tally_source *s)
{
	struct shown *shown = calloc(s->uses + 1, sizeof(*shown));
	size_t n = shown ? report_places(shown, s, FRAMES) : 0;

	for (size_t i = 0; i < n && i < r->sites; i++)
		shown_print(r, &shown[i], report_of_seeding(s->group));
	if (n > r->sites)
		printf("             and from %zu more place%s\n",
		       n - r->sites, plural(n - r->sites));
	free(shown);
}

/* Floating-point operations. */
static void work_print(uint64_t n)
{
	static const char *const unit[] = { "", "k", "M", "G", "T", "P" };
	double scaled = (double)n;
	size_t i = 0;

	for (; scaled >= 1000 && i + 1 < sizeof(unit) / sizeof(*unit); i++)
		scaled /= 1000;
	printf(", %.4g %sflop", scaled, unit[i]);
}

static void counts_print(const struct report *r, const struct tally_source *s)
{
	printf("  %s%-22s%s %8" PRIu64 " call%s", style(r, BOLD), s->name,
	       style(r, PLAIN), s->calls, plural(s->calls));
	if (s->bytes && !strcmp(s->group, "blas"))
		work_print(s->bytes);
	else if (s->bytes)
		printf(", %" PRIu64 " byte%s", s->bytes, plural(s->bytes));
	printf(", %zu thread%s", s->threads, plural(s->threads));
	printf(", %zu process%s", s->processes,
	       s->processes == 1 ? "" : "es");
}

static void source_print(struct report *r, const struct tally_source *s)
{
	counts_print(r, s);
	printf("; %s\n", treated(s));
	if (s->crypto_calls && s->policies)
		printf("    %" PRIu64 " of them real, for cryptography\n",
		       s->crypto_calls);
	if (s->suppressed_calls)
		printf("    %" PRIu64 " of them denied, but for a "
		       "suppression\n", s->suppressed_calls);
	sites_print(r, s);
}

static void list_print(const struct report *r, const char *title,
		       const char *colour)
{
	printf("\n%s%s%s\n", style(r, colour), title, style(r, PLAIN));
}

static void head_print(const struct report *r)
{
	json_t *seed = json_object_get(r->run.manifest, "seed");
	const char *name = report_program(r), *how = report_mode(r);

	printf("%s%s %s%s: ", style(r, BOLD), how ? how : "run",
	       text_base(r->run.dir), style(r, PLAIN));
	text_print(stdout, name ? name : "an unknown program");
	if (json_is_integer(seed))
		printf(", seed %" JSON_INTEGER_FORMAT,
		       json_integer_value(seed));
	if (r->run.nranks)
		printf(", %u ranks", r->run.nranks);
	printf(", %zu process%s\n", r->tally.processes,
	       r->tally.processes == 1 ? "" : "es");
}

static void writes_print(struct report *r)
{
	if (r->tally.outputs)
		list_print(r, "writes", BOLD);
	for (size_t i = 0; i < r->tally.outputs; i++) {
		const struct tally_source *s = &r->tally.source[r->tally.n + i];

		counts_print(r, s);
		putchar('\n');
		sites_print(r, s);
	}
}

/* How many threads were asked for, of how many processors. */
static void threads_print(const struct report *r)
{
	json_t *t = json_object_get(r->run.manifest, "threads");
	json_t *wanted = json_object_get(t, "wanted");
	json_t *n = json_object_get(t, "processors");

	if (!json_is_integer(n))
		return;
	if (json_is_integer(wanted))
		printf("threads: %" JSON_INTEGER_FORMAT,
		       json_integer_value(wanted));
	else
		printf("threads: as natively");
	printf("; processors of the machine that could be used: %"
	       JSON_INTEGER_FORMAT "\n", json_integer_value(n));
}

/* "forced" is what was kept of real values, or given back. */
static void recording_print(const struct report *r)
{
	const json_t *j = json_object_get(r->run.manifest, "recording");
	const char *of = json_string_value(json_object_get(j, "of"));

	if (of) {
		fputs("replay: what is forced is what was recorded in ", stdout);
		text_print(stdout, of);
		putchar('\n');
	} else if (json_is_object(j)) {
		puts("recorded: what is forced is real, and was kept for "
		     "samebits replay");
	}
}

#define WIDTH 80

/* The names; --json has the values. */
static void variables_print(const struct report *r, const char *key,
			    const char *title)
{
	json_t *all = json_object_get(
		json_object_get(r->run.manifest, "environment"), key), *value;
	const char *name;
	size_t column = 0;

	json_object_foreach(all, name, value) {
		if (!column)
			column = (size_t)printf("%s", title);
		else if (column + strlen(name) < WIDTH)
			column += (size_t)printf(" ");
		else
			column = (size_t)printf("\n  ") - 1;
		text_print(stdout, name);
		column += strlen(name);
	}
	if (column)
		putchar('\n');
}

static void runtimes_print(const struct report *r)
{
	if (r->runtimes.n)
		list_print(r, "numeric libraries", BOLD);
	for (size_t i = 0; i < r->runtimes.n; i++) {
		const struct runtime *t = &r->runtimes.runtime[i];

		printf("  %-14s ", t->kind);
		text_print(stdout, text_base(t->path));
		if (*t->text) {
			printf(", ");
			text_print(stdout, t->text);
		}
		if (t->most && t->least != t->most)
			printf(", %u to %u threads", t->least, t->most);
		else if (t->most)
			printf(", %u thread%s", t->most, plural(t->most));
		if (t->processes > 1)
			printf(", %zu processes", t->processes);
		putchar('\n');
	}
}

static void suppressions_print(const struct report *r)
{
	if (r->suppressions.n)
		list_print(r, "suppressions", BOLD);
	for (size_t i = 0; i < r->suppressions.n; i++) {
		const struct suppression *s = &r->suppressions.rule[i];

		printf("    %8" PRIu64 " x  ", s->calls);
		text_print(stdout, s->rule);
		printf("  # ");
		text_print(stdout, s->reason);
		putchar('\n');
	}
}

static bool was_denied(const struct report *r)
{
	bool any = false;

	for (size_t i = 0; i < r->run.nlogs; i++)
		any |= r->run.log[i].ndenied > 0;
	return any;
}

static void files_print(const struct report *r)
{
	const char *cwd = json_string_value(
		json_object_get(r->run.manifest, "cwd"));
	size_t most = r->sites > SITES ? SIZE_MAX : FILELIST_SHOWN;

	if (r->files.inputs)
		list_print(r, "inputs", BOLD);
	filelist_print(stdout, r->files.input, r->files.inputs, cwd, most);
	if (r->files.outputs)
		list_print(r, "outputs", BOLD);
	filelist_print(stdout, r->files.output, r->files.outputs, cwd, most);
}

static void turns_section(struct report *r)
{
	const char *settings =
		json_string_value(json_object_get(r->run.manifest, "settings"));

	if (settings && strstr(settings, "schedule=turns"))
		list_print(r, "threads in turns", BOLD);
	turns_print(stdout, r->symbols, &r->run, &r->runtimes);
}

static void report_print(struct report *r)
{
	const char *group = "";

	head_print(r);
	recording_print(r);
	threads_print(r);
	variables_print(r, "set", "environment: set ");
	variables_print(r, "kept", "environment: kept the user's ");
	if (was_denied(r)) {
		list_print(r, "denied: this ended the run", RED);
		denied_print(stdout, r->symbols, &r->run, "  ");
	}
	if (!r->tally.n)
		printf("\nNo source of nondeterminism was called.\n");
	for (size_t i = 0; i < r->tally.n; i++) {
		const struct tally_source *s = &r->tally.source[i];

		if (strcmp(group, s->group))
			list_print(r, s->group, BOLD);
		group = s->group;
		source_print(r, s);
	}
	turns_section(r);
	writes_print(r);
	files_print(r);
	runtimes_print(r);
	suppressions_print(r);
	list_print(r, r->blinds.n ? "blind spots" : "blind spots: none found",
		   r->blinds.n ? RED : BOLD);
	for (size_t i = 0; i < r->blinds.n; i++) {
		printf("  %-14s ", r->blinds.blind[i].kind);
		text_print(stdout, r->blinds.blind[i].text);
		putchar('\n');
	}
	/* Last, as looking up functions adds to them. */
	if (r->run.notes.n)
		list_print(r, "notes", BOLD);
	for (size_t i = 0; i < r->run.notes.n; i++) {
		printf("  ");
		text_print(stdout, r->run.notes.text[i]);
		putchar('\n');
	}
}

/* Some of the run must be there; what is damaged is a note. */
static int check(const struct report *r)
{
	if (r->run.nlogs || r->run.manifest || r->run.board)
		return 0;
	return fail("%s: %s", r->run.dir,
		    r->run.notes.n > 1 ? r->run.notes.text[0]
				       : "there is no run in this directory");
}

static void output(struct report *r)
{
	json_t *j;

	if (o.json) {
		j = report_json(r);
		json_dumpf(j, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(j);
	} else {
		report_print(r);
	}
}

static int report_run(const char *dir, size_t sites)
{
	struct report r = { .sites = sites, .colour = say_colour(stdout) };
	int ret = report_open(&r, dir);

	if (ret)
		ret = fail("%s: cannot be read: %s", dir, strerror(-ret));
	else
		ret = check(&r);
	if (ret == 0)
		output(&r);
	report_close(&r);
	return ret;
}

static void print_json(const json_t *j)
{
	json_dumpf(j, stdout, JSON_INDENT(2));
	putchar('\n');
}

/* Of trials that were ended in the middle, the summary is not there yet. */
static int report_trials(const char *dir, json_t *record)
{
	char store[PATH_MAX];
	int ret = 0;

	snprintf(store, sizeof(store), "%.*s", (int)(text_base(dir) - dir), dir);
	if (!json_is_number(json_object_get(record, "end")))
		ret = trialset_summarise(record);
	if (!ret && !json_is_number(json_object_get(record, "end")))
		ret = trialset_note(record, store, NULL);
	if (ret)
		return fail("%s: no statistics can be made: %s", dir,
			    strerror(-ret));
	if (o.json)
		print_json(record);
	else
		trialset_print(stdout, record, text_base(dir));
	return 0;
}

static int report_experiment(const char *dir)
{
	json_t *record = record_read(dir);
	const char *kind = json_string_value(json_object_get(record, "kind"));
	int ret = 0;

	if (!record)
		return fail("%s/" STORE_EXPERIMENT " is damaged; samebits rm "
			    "%s removes it",
			    dir, text_base(dir));
	if (kind && !strcmp(kind, "trials"))
		ret = report_trials(dir, record);
	else if (o.json)
		print_json(record);
	else
		report_record(stdout, text_base(dir), record);
	json_decref(record);
	return ret;
}

/* The newest experiment of a kind by the kind's name, else as a run is found. */
static int find(const char *name, char *dir, size_t size)
{
	static const char *const kinds[] = { "check", "blame", "trials" };
	const char *store = o.store ? o.store : STORE_DEFAULT;

	for (size_t i = 0; name && i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(name, kinds[i]))
			continue;
		if (!record_newest(store, name, dir, size))
			return 0;
		return fail("%s: there is no record of %s here; make one with "
			    "samebits %s PROGRAM",
			    store, name, name);
	}
	return find_run(o.store, name, dir, size);
}

static int tell(const char *dir, size_t sites)
{
	int ret = 0;

	if (o.html)
		ret = picture_page(dir, o.html);
	if (!ret && o.svg)
		ret = picture_plots(dir, o.svg);
	if (o.html || o.svg)
		return ret;
	return record_is(dir) ? report_experiment(dir) : report_run(dir, sites);
}

static int report(int argc, char **argv)
{
	char dir[PATH_MAX];
	uint64_t sites;
	int operands, ret = opts_permute(options, argc, argv, &operands);

	if (ret == 1) {
		opts_help(stdout, "report [options] [RUN | EXPERIMENT]",
			  "Says what RUN (default: the newest) met: every "
			  "source of nondeterminism, who\ncalled it and what "
			  "was done about it, then what could not be "
			  "controlled. Of an\nexperiment (its number; check, "
			  "blame, trials: the newest one): what it came to.",
			  options);
		return 0;
	}
	if (ret < 0)
		return STATUS_TROUBLE;
	if (operands > 1)
		return fail("report takes one RUN; see samebits report --help");
	sites = o.json ? SIZE_MAX : SITES;
	if (o.sites && opts_number(o.sites, 0, &sites))
		return fail("--sites %s: not a number", o.sites);
	ret = find(operands ? argv[1] : NULL, dir, sizeof(dir));
	return ret ? ret : tell(dir, sites);
}

const struct cmd cmd_report = {
	"report", "what a run met, where, and what was done about it", options,
	report
};
