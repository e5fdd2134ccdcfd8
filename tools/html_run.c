/* SPDX-License-Identifier: MIT */
/* A run's page; what it says of calls is in html_calls.c. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cure.h"
#include "environment.h"
#include "html.h"
#include "report.h"

#define FILES 200
#define SPOTS 200

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* ---- head ---- */

static bool was_denied(const struct report *r)
{
	bool any = false;

	for (size_t i = 0; i < r->run.nlogs; i++)
		any |= r->run.log[i].ndenied > 0;
	return any;
}

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
	if (was_denied(r))
		fputs("; <em>a denied call ended the run</em>", to);
	fputs(".</p>\n", to);
}

/* What "key=value,…" says of the run itself, not of where it lies. */
static void put_settings(FILE *to, const char *settings)
{
	static const char *const keys[] = { "time",   "pids",	   "order",
					    "trace",  "seeds",	   "shuffle",
					    "force",  "observe",   "deny",
					    "crypto", "framework", "digest",
					    "schedule", "turnseed", "openmp",
					    "trap" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		size_t n = strlen(keys[i]);

		for (const char *at = settings; at && *at;) {
			size_t len = strcspn(at, ",");

			if (len > n && at[n] == '=' &&
			    !strncmp(at, keys[i], n)) {
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
	const json_t *threads = json_object_get(m, "threads");

	fputs("<dl class=\"facts\">\n", to);
	html_facts_of_run(to, m);
	html_fact_json(to, "exit status", json_object_get(m, "status"));
	html_fact_json(to, "seed", json_object_get(m, "seed"));
	html_fact(to, "processes");
	html_count(to, r->tally.processes);
	html_fact_end(to);
	html_fact_json(to, "threads", json_object_get(threads, "wanted"));
	html_fact_json(to, "processors", json_object_get(threads, "processors"));
	put_settings(to, json_string_value(json_object_get(m, "settings")));
	fputs("</dl>\n", to);
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

static void suppressions(FILE *to, const struct report *r)
{
	if (!r->suppressions.n)
		return;
	html_section(to, "suppressions", "Suppressions",
		     "Denied calls that a rule let pass.");
	fputs("<table class=\"cards\"><thead><tr><th>rule</th>"
	      "<th class=\"number\">calls</th><th>reason</th></tr></thead>"
	      "<tbody>\n",
	      to);
	for (size_t i = 0; i < r->suppressions.n && i < SPOTS; i++) {
		const struct suppression *s = &r->suppressions.rule[i];

		fputs("<tr><th scope=\"row\">", to);
		html_text(to, s->rule);
		fputs("</th><td class=\"number\">", to);
		html_count(to, s->calls);
		fputs("</td><td class=\"wide-cell\">", to);
		html_text(to, s->reason);
		fputs("</td></tr>\n", to);
	}
	fputs("</tbody></table>\n", to);
	html_section_end(to);
}

static void libraries(FILE *to, const struct report *r)
{
	if (!r->runtimes.n)
		return;
	html_section(to, "libraries", "Numeric libraries", NULL);
	fputs("<table class=\"cards\"><thead><tr><th>kind</th>"
	      "<th class=\"number\">threads</th><th>library</th></tr></thead>"
	      "<tbody>\n",
	      to);
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
static void put_files(FILE *to, const char *title,
		      const struct file_entry *list, size_t n, const char *cwd)
{
	size_t shown = 0;

	if (!n)
		return;
	fprintf(to,
		"<details><summary>%s <span class=\"count\">%zu</span>"
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
	const char *cwd =
		json_string_value(json_object_get(r->run.manifest, "cwd"));

	if (!r->files.inputs && !r->files.outputs)
		return;
	html_section(to, "files", "Files", NULL);
	put_files(to, "Inputs", r->files.input, r->files.inputs, cwd);
	put_files(to, "Outputs", r->files.output, r->files.outputs, cwd);
	html_section_end(to);
}

static void environment(FILE *to, const struct report *r)
{
	json_t *set = json_object_get(r->run.manifest, "environment");
	json_t *record;

	environment_read(r->run.dir, &record);
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
	html_begin(to, kicker, *title ? title : html_base(report_program(r)));
	put_sentence(to, r);
	fputs("</header>\n", to);
	put_facts(to, r);
	html_denied(to, r);
	html_turns(to, r);
	html_time_of_calls(to, r, t);
	html_flame(to, f);
	html_sources(to, r);
	blind_spots(to, r);
	suppressions(to, r);
	libraries(to, r);
	files(to, r);
	environment(to, r);
	/* Last, as looking up functions adds to them. */
	notes(to, r);
	html_end(to);
}
