/* SPDX-License-Identifier: MIT */
/* A run's page. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cure.h"
#include "export.h"
#include "html.h"
#include "plot.h"
#include "report.h"
#include "verdict.h"

#define PLACES 8   /* of a source */
#define FRAMES 24  /* of a stack */
#define SOURCES 150
#define FILES 200
#define SPOTS 200
#define LEAST 0.0012 /* of a flame graph's width */

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* ---- head ---- */

static void put_sentence(FILE *to, const struct report *r)
{
	uint64_t calls = 0;
	size_t forced = 0, n = r->tally.n;

	for (size_t i = 0; i < n; i++) {
		calls += r->tally.source[i].calls;
		forced += !strcmp(tally_policy(&r->tally.source[i]), "force");
	}
	fputs("<p class=\"deck\">", to);
	if (!n)
		fputs("No source of nondeterminism was called", to);
	else
		html_count(to, calls);
	if (n)
		fprintf(to, " call%s of %zu source%s of nondeterminism: ",
			plural(calls), n, plural(n));
	if (n && forced == n)
		fputs(n == 1 ? "it is forced" : "all are forced", to);
	else if (n)
		fprintf(to, "%zu forced, %zu observed", forced, n - forced);
	if (r->blinds.n)
		fprintf(to, "; <em>%zu blind spot%s</em>", r->blinds.n,
			plural(r->blinds.n));
	else
		fputs("; no blind spot was found", to);
	fputs(".</p>\n", to);
}

static void put_fact(FILE *to, const char *term, const json_t *value)
{
	if (!value || json_is_null(value))
		return;
	html_fact(to, term);
	html_value(to, value);
	html_fact_end(to);
}

/* What "key=value,…" says of the run itself, not of where it lies. */
static void put_settings(FILE *to, const char *settings)
{
	static const char *const keys[] = { "time",   "pids",	  "order",
					    "trace",  "seeds",	  "shuffle",
					    "force",  "observe",  "deny",
					    "crypto", "framework", "digest" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		size_t n = strlen(keys[i]);

		for (const char *at = settings; at && *at;) {
			size_t len = strcspn(at, ",");

			if (len > n && at[n] == '=' && !strncmp(at, keys[i], n)) {
				html_fact(to, keys[i]);
				html_format(to, "%.*s", (int)(len - n - 1),
					    at + n + 1);
				html_fact_end(to);
			}
			at += len + (at[len] == ',');
		}
	}
}

static void put_facts(FILE *to, const struct report *r)
{
	const json_t *m = r->run.manifest;
	const json_t *start = json_object_get(m, "start");
	const json_t *end = json_object_get(m, "end");
	const json_t *threads = json_object_get(m, "threads");

	fputs("<dl class=\"facts\">\n", to);
	html_fact(to, "command");
	html_command(to, json_object_get(m, "argv"));
	html_fact_end(to);
	if (json_is_number(start)) {
		html_fact(to, "started");
		html_time(to, json_number_value(start));
		html_fact_end(to);
	}
	if (json_is_number(start) && json_is_number(end)) {
		html_fact(to, "took");
		html_seconds(to, json_number_value(end) -
					 json_number_value(start));
		html_fact_end(to);
	}
	put_fact(to, "exit status", json_object_get(m, "status"));
	put_fact(to, "seed", json_object_get(m, "seed"));
	html_fact(to, "processes");
	html_count(to, r->tally.processes);
	html_fact_end(to);
	put_fact(to, "threads", json_object_get(threads, "wanted"));
	put_fact(to, "processors", json_object_get(threads, "processors"));
	put_settings(to, json_string_value(json_object_get(m, "settings")));
	fputs("</dl>\n", to);
}

/* ---- sources ---- */

static void put_frame(FILE *to, const struct frame *f)
{
	html_text(to, f->function ? f->function : f->module ? "in" : "?");
	if (!f->file && !f->module)
		return;
	fputs(" <span class=\"at\">", to);
	html_text(to, html_base(f->file ? f->file : f->module));
	if (f->file && f->line)
		fprintf(to, ":%d", f->line);
	fputs("</span>", to);
}

/* The frame to point at: the user's own, else the innermost with a name. */
static const struct frame *telling(const struct stack *stack, bool *own)
{
	const struct frame *f = stack_own(stack, own);

	for (size_t i = 0; i < stack->n && !f; i++)
		if (stack->frame[i].function)
			f = &stack->frame[i];
	return f || !stack->n ? f : &stack->frame[0];
}

static void put_stack(FILE *to, const struct stack *stack)
{
	fputs("<ol class=\"stack\">", to);
	for (size_t i = 0; i < stack->n && i < FRAMES; i++) {
		fputs("<li>", to);
		put_frame(to, &stack->frame[i]);
		fputs("</li>", to);
	}
	fputs("</ol>", to);
}

static void put_place(FILE *to, struct report *r, const struct shown *shown)
{
	struct stack stack = { 0 };
	const struct frame *f;
	bool own = false;

	stack_of_site(&stack, r->symbols, shown->use->log, shown->site);
	f = telling(&stack, &own);
	fputs("<details class=\"place\"><summary><span class=\"n\">", to);
	html_count(to, shown->calls);
	fprintf(to, "</span> <span%s>", own ? " class=\"own\"" : "");
	if (f)
		put_frame(to, f);
	else
		fputs("an unknown place", to);
	fputs("</span></summary>", to);
	put_stack(to, &stack);
	fputs("</details>", to);
	stack_free(&stack);
}

static void put_places(FILE *to, struct report *r, const struct tally_source *s)
{
	struct shown *shown = calloc(s->uses + 1, sizeof(*shown));
	size_t n = shown ? report_places(shown, s, 3) : 0;

	for (size_t i = 0; i < n && i < PLACES; i++)
		put_place(to, r, &shown[i]);
	if (n > PLACES)
		html_more(to, n - PLACES, "places");
	free(shown);
}

static void put_policy(FILE *to, const struct tally_source *s)
{
	static const char *const word[][2] = {
		{ "force", "forced" },	{ "observe", "observed" },
		{ "pass", "passed" },	{ "deny", "denied" },
		{ "crypto", "real, for cryptography" },
		{ "mixed", "forced for some" },
	};
	const char *policy = tally_policy(s);

	for (size_t i = 0; i < sizeof(word) / sizeof(*word); i++)
		if (!strcmp(word[i][0], policy))
			fprintf(to, "<span class=\"policy %s\">%s</span>",
				policy, word[i][1]);
}

static void put_source(FILE *to, struct report *r, const struct tally_source *s,
		       bool policy)
{
	fputs("<tr><th scope=\"row\">", to);
	html_text(to, s->name);
	fputs(" <span class=\"group\">", to);
	html_text(to, s->group);
	fprintf(to, "</span></th><td class=\"number\" data-value=\"%" PRIu64
		    "\">", s->calls);
	html_count(to, s->calls);
	fputs("</td><td>", to);
	if (policy)
		put_policy(to, s);
	else
		html_count(to, s->bytes);
	fputs("</td><td class=\"wide-cell\">", to);
	put_places(to, r, s);
	fputs("</td></tr>\n", to);
}

static void put_sources(FILE *to, struct report *r,
			const struct tally_source *list, size_t n, bool policy)
{
	fprintf(to, "<table class=\"cards sort\"><thead><tr><th>%s</th>"
		    "<th class=\"number\">calls</th><th>%s</th>"
		    "<th>called from</th></tr></thead><tbody>\n",
		policy ? "source" : "to", policy ? "what was done" : "bytes");
	for (size_t i = 0; i < n && i < SOURCES; i++)
		put_source(to, r, &list[i], policy);
	fputs("</tbody></table>\n", to);
	html_more(to, n > SOURCES ? n - SOURCES : 0, "sources");
}

static void sources(FILE *to, struct report *r)
{
	if (r->tally.n) {
		html_section(to, "sources", "Sources",
			     "Where this program lets chance in, and what was "
			     "done about it. Open a place for its stack.");
		put_sources(to, r, r->tally.source, r->tally.n, true);
		html_section_end(to);
	}
	if (!r->tally.outputs)
		return;
	html_section(to, "writes", "Writes",
		     "What came out, by who wrote it. These are no sources.");
	put_sources(to, r, r->tally.source + r->tally.n, r->tally.outputs,
		    false);
	html_section_end(to);
}

static void put_denied(FILE *to, struct report *r, const struct log *log,
		       const struct sb_denied *d)
{
	struct stack stack = { 0 };

	stack_of_site(&stack, r->symbols, log, log_site(log, d->site));
	fputs("<h3>", to);
	html_text(to, log->source[d->source].name);
	html_format(to, ", in process %s, thread %s", log->head.path,
		    log_thread_path(log, d->thread));
	fputs("</h3>\n", to);
	put_stack(to, &stack);
	stack_free(&stack);
}

static void denied(FILE *to, struct report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->run.nlogs; i++)
		for (size_t k = 0; k < r->run.log[i].ndenied; k++) {
			const struct log *log = &r->run.log[i];

			if (!log->denied[k])
				continue;
			if (!n++)
				html_section(to, "denied", "Denied",
					     "This call ended the run.");
			put_denied(to, r, log, log->denied[k]);
		}
	if (n)
		html_section_end(to);
}

/* ---- time ---- */

static void over_time(FILE *to, const struct report *r,
		      const struct timeline *t)
{
	if (!r->tally.n)
		return;
	if (t->calls) {
		html_section(to, "time", "Over time", NULL);
		html_figure(to, plot_timeline, t,
			    t->span > 0
				    ? "Calls of each group along the logical "
				      "clock, each row to its own scale."
				    : "Calls of each group, first to last of "
				      "each thread: without control there is "
				      "no logical clock.");
	} else {
		html_section(to, "calls", "Calls", NULL);
		html_figure(to, plot_sources, &r->tally,
			    "On a logarithmic scale; hollow is what was not "
			    "forced. <code>--trace full</code> shows calls over "
			    "time, too.");
	}
	html_section_end(to);
}

/* ---- the flame graph ---- */

struct flame_page {
	FILE *to;
	double whole;
};

static void put_flame(const struct flame_frame *frame, double x, double width,
		      unsigned depth, void *arg)
{
	struct flame_page *p = arg;

	fprintf(p->to,
		"<button type=\"button\" class=\"%s\" tabindex=\"%d\" "
		"style=\"--x:%.5f;--w:%.5f;--y:%u\" title=\"",
		flame_class(frame), depth ? -1 : 0, x, width, depth);
	html_text(p->to, frame->name);
	fputs(": ", p->to);
	html_count(p->to, frame->calls);
	fprintf(p->to, " call%s (%.3g%%)\">", plural(frame->calls),
		100 * (double)frame->calls / p->whole);
	html_text(p->to, frame->name);
	fputs("</button>\n", p->to);
}

static void flame(FILE *to, const struct flame *f)
{
	struct flame_page p = { to, (double)f->root.calls };
	size_t left;

	if (!f->stacks)
		return;
	html_section(to, "flame", "Where calls come from",
		     "Callers stand above what they call; the marked ends are "
		     "the sources. A frame's width grows with the logarithm of "
		     "its calls, so that a single draw of entropy is seen "
		     "beside a million readings of the clock.");
	fprintf(to, "<div class=\"flame\" style=\"--rows:%zu\" role=\"group\" "
		    "aria-label=\"Flame graph of call stacks\">\n",
		f->depth + 1);
	left = flame_walk(f, LEAST, put_flame, &p);
	fputs("</div>\n<p class=\"detail\" aria-live=\"polite\"></p>\n", to);
	html_more(to, left, "frames, too narrow to be seen");
	html_section_end(to);
}

/* ---- lists ---- */

static void blind_spots(FILE *to, const struct report *r)
{
	html_section(to, "blind", "Blind spots",
		     r->blinds.n ? "What was in the program and could not be "
				   "seen or controlled."
				 : NULL);
	if (!r->blinds.n)
		fputs("<p>None was found.</p>\n", to);
	else
		fputs("<dl class=\"spots\">\n", to);
	for (size_t i = 0; i < r->blinds.n && i < SPOTS; i++) {
		const char *cure = cure_of_blind(r->blinds.blind[i].kind);

		fputs("<div><dt>", to);
		html_text(to, r->blinds.blind[i].kind);
		fputs("</dt><dd>", to);
		html_text(to, r->blinds.blind[i].text);
		if (cure) {
			fputs("<span class=\"cure\">", to);
			html_text(to, cure);
			fputs("</span>", to);
		}
		fputs("</dd></div>\n", to);
	}
	if (r->blinds.n)
		fputs("</dl>\n", to);
	html_more(to, r->blinds.n > SPOTS ? r->blinds.n - SPOTS : 0, "");
	html_section_end(to);
}

static void libraries(FILE *to, const struct report *r)
{
	if (!r->runtimes.n)
		return;
	html_section(to, "libraries", "Numeric libraries", NULL);
	fputs("<table class=\"cards\"><thead><tr><th>kind</th>"
	      "<th class=\"number\">threads</th><th>library</th></tr></thead>"
	      "<tbody>\n", to);
	for (size_t i = 0; i < r->runtimes.n && i < SPOTS; i++) {
		const struct runtime *t = &r->runtimes.runtime[i];

		fputs("<tr><th scope=\"row\">", to);
		html_text(to, t->kind);
		fputs("</th><td class=\"number\">", to);
		if (t->most && t->least != t->most)
			fprintf(to, "%" PRIu32 " to %" PRIu32, t->least,
				t->most);
		else if (t->most)
			fprintf(to, "%" PRIu32, t->most);
		fputs("</td><td class=\"wide-cell\">", to);
		html_text(to, html_base(t->path));
		if (*t->text)
			html_format(to, ", %s", t->text);
		fputs("</td></tr>\n", to);
	}
	fputs("</tbody></table>\n", to);
	html_section_end(to);
}

static void put_file(FILE *to, const struct file_entry *e, const char *cwd)
{
	bool whole = e->state == FILE_WHOLE;

	fputs("<tr><th scope=\"row\" class=\"path\">", to);
	html_text(to, cwd ? path_below(e->path, cwd) : e->path);
	fputs("</th><td class=\"number\">", to);
	if (whole)
		html_count(to, e->digest.size);
	fputs("</td><td class=\"digest\">", to);
	if (whole)
		fprintf(to, "%016" PRIx64 "%016" PRIx64, e->digest.part[0],
			e->digest.part[1]);
	else
		html_text(to, file_state_text(e));
	fputs("</td></tr>\n", to);
}

/* The user's own first. */
static void put_files(FILE *to, const char *title, const struct file_entry *list,
		      size_t n, const char *cwd)
{
	size_t shown = 0;

	if (!n)
		return;
	fprintf(to, "<details><summary>%s <span class=\"count\">%zu</span>"
		    "</summary>\n<table class=\"cards\"><thead><tr><th>file</th>"
		    "<th class=\"number\">bytes</th><th>digest</th></tr></thead>"
		    "<tbody>\n",
		title, n);
	for (int system = 0; system < 2; system++)
		for (size_t i = 0; i < n && shown < FILES; i++)
			if (file_of_system(list[i].path) == system) {
				put_file(to, &list[i], cwd);
				shown++;
			}
	fputs("</tbody></table>\n", to);
	html_more(to, n > FILES ? n - FILES : 0, "files");
	fputs("</details>\n", to);
}

static void files(FILE *to, const struct report *r)
{
	const char *cwd = json_string_value(
		json_object_get(r->run.manifest, "cwd"));

	if (!r->files.inputs && !r->files.outputs)
		return;
	html_section(to, "files", "Files", NULL);
	put_files(to, "Inputs", r->files.input, r->files.inputs, cwd);
	put_files(to, "Outputs", r->files.output, r->files.outputs, cwd);
	html_section_end(to);
}

static void environment(FILE *to, const struct report *r)
{
	json_t *record = html_environment(r->run.dir);
	json_t *set = json_object_get(r->run.manifest, "environment");

	if (record || json_object_size(set)) {
		html_section(to, "environment", "Environment", NULL);
		if (record)
			html_tree(to, record);
		else
			html_tree(to, set);
		html_section_end(to);
	}
	json_decref(record);
}

static void notes(FILE *to, const struct report *r)
{
	size_t n = r->run.notes.n;

	if (!n)
		return;
	html_section(to, "notes", "Notes", NULL);
	fputs("<ul>\n", to);
	for (size_t i = 0; i < n && i < SPOTS; i++) {
		fputs("<li>", to);
		html_text(to, r->run.notes.text[i]);
		fputs("</li>\n", to);
	}
	fputs("</ul>\n", to);
	html_more(to, n > SPOTS ? n - SPOTS : 0, "notes");
	html_section_end(to);
}

void html_run(FILE *to, struct report *r, const struct timeline *t,
	      const struct flame *f)
{
	const char *mode = report_mode(r);
	char kicker[128], title[128];

	snprintf(kicker, sizeof(kicker), "%s %.40s",
		 mode && !strcmp(mode, "audit") ? "audit" : "run",
		 html_base(r->run.dir));
	html_title(title, sizeof(title),
		   json_object_get(r->run.manifest, "argv"));
	html_begin(to, kicker,
		   *title ? title : html_base(report_program(r)));
	put_sentence(to, r);
	fputs("</header>\n", to);
	put_facts(to, r);
	denied(to, r);
	over_time(to, r, t);
	flame(to, f);
	sources(to, r);
	blind_spots(to, r);
	libraries(to, r);
	files(to, r);
	environment(to, r);
	/* Last, as looking up functions adds to them. */
	notes(to, r);
	html_end(to);
}
