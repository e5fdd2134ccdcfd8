/* SPDX-License-Identifier: MIT */
/* Of a run's page: who called what, over time, and as a flame graph. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "plot.h"
#include "report.h"
#include "verdict.h"

#define PLACES 8  /* of a source */
#define FRAMES 24 /* of a stack */
#define SOURCES 150
#define LEAST 0.0012 /* of a flame graph's width */

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
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
		{ "force", "forced" },
		{ "observe", "observed" },
		{ "pass", "passed" },
		{ "deny", "denied" },
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
	fprintf(to,
		"</span></th><td class=\"number\" data-value=\"%" PRIu64 "\">",
		s->calls);
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
	fprintf(to,
		"<table class=\"cards sort\"><thead><tr><th>%s</th>"
		"<th class=\"number\">calls</th><th>%s</th>"
		"<th>called from</th></tr></thead><tbody>\n",
		policy ? "source" : "to", policy ? "what was done" : "bytes");
	for (size_t i = 0; i < n && i < SOURCES; i++)
		put_source(to, r, &list[i], policy);
	fputs("</tbody></table>\n", to);
	html_more(to, n > SOURCES ? n - SOURCES : 0, "sources");
}

void html_sources(FILE *to, struct report *r)
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

void html_denied(FILE *to, struct report *r)
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

void html_time_of_calls(FILE *to, const struct report *r,
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
				      "each thread, as no logical time is "
				      "known.");
	} else {
		html_section(to, "calls", "Calls", NULL);
		html_figure(
			to, plot_sources, &r->tally,
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

void html_flame(FILE *to, const struct flame *f)
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
	fprintf(to,
		"<div class=\"flame\" style=\"--rows:%zu\" role=\"group\" "
		"aria-label=\"Flame graph of call stacks\">\n",
		f->depth + 1);
	left = flame_walk(f, flame_least(f, LEAST), put_flame, &p);
	fputs("</div>\n<p class=\"detail\" aria-live=\"polite\"></p>\n", to);
	html_more(to, left, "frames, too narrow to be seen");
	html_section_end(to);
}
