/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd.h"
#include "export.h"
#include "html.h"
#include "output.h"
#include "picture.h"
#include "plot.h"
#include "record.h"
#include "report.h"
#include "say.h"
#include "svg.h"
#include "trialdata.h"

#define WIDTH 900 /* of plots that stand alone */

/* All that is drawn of a run. */
struct subject {
	struct report report;
	struct timeline timeline;
	struct flame flame;
};

static int subject_open(struct subject *s, const char *dir)
{
	struct export e = { .name = html_base(dir) };
	int ret = report_open(&s->report, dir);

	if (!ret)
		ret = timeline_make(&s->timeline, &s->report.run);
	/* Lent: both are closed with the report. */
	e.run = s->report.run;
	e.symbols = s->report.symbols;
	if (!ret)
		ret = flame_make(&s->flame, &e);
	if (ret)
		return fail("%s: cannot be read: %s", dir, strerror(-ret));
	if (!s->report.run.nlogs && !s->report.run.manifest &&
	    !s->report.run.board)
		return fail("%s: there is no run in this directory; see "
			    "samebits list",
			    dir);
	return 0;
}

static void subject_close(struct subject *s)
{
	flame_free(&s->flame);
	timeline_free(&s->timeline);
	report_close(&s->report);
}

/* ---- a page ---- */

static int page_of_record(FILE *to, const char *dir, const json_t *record)
{
	static const struct {
		const char *kind;
		void (*page)(FILE *, const char *, const json_t *);
	} pages[] = { { "check", html_check },
		      { "blame", html_blame },
		      { "trials", html_trials } };
	const char *kind = json_string_value(json_object_get(record, "kind"));

	for (size_t i = 0; kind && i < sizeof(pages) / sizeof(*pages); i++)
		if (!strcmp(kind, pages[i].kind)) {
			pages[i].page(to, dir, record);
			return 0;
		}
	return fail("%s: a record of a kind that this samebits does not know; "
		    "use the samebits that made it",
		    dir);
}

static int page_of_run(FILE *to, const char *dir)
{
	struct subject *s = calloc(1, sizeof(*s));
	int ret = s ? subject_open(s, dir) : fail("out of memory");

	if (!ret)
		html_run(to, &s->report, &s->timeline, &s->flame);
	if (s)
		subject_close(s);
	free(s);
	return ret;
}

static int put_page(FILE *to, const char *dir)
{
	json_t *record;
	int ret;

	if (!record_is(dir))
		return page_of_run(to, dir);
	record = record_read(dir);
	if (!record)
		return fail("%s/experiment.json is damaged; samebits rm %s "
			    "removes it",
			    dir, html_base(dir));
	ret = page_of_record(to, dir, record);
	json_decref(record);
	return ret;
}

int picture_page(const char *dir, const char *path)
{
	struct output out;
	int ret = output_open(&out, path), closed;

	if (ret)
		return fail("%s: cannot be written: %s", path, strerror(-ret));
	ret = put_page(out.to, dir);
	closed = output_close(&out, ret != 0);
	if (!ret && closed)
		ret = fail("%s: cannot be written: %s", path,
			   strerror(-closed));
	return ret;
}

/* ---- plots ---- */

struct plots {
	const char *into;
	size_t written;
};

/* Names of metrics may hold anything; files get what is safe of them. */
static void safe_name(char *out, size_t size, const char *name)
{
	size_t n = 0;

	for (; *name && n + 1 < size && n < 60; name++)
		out[n++] = isalnum((unsigned char)*name) || *name == '-' ||
					   *name == '_'
				   ? *name
				   : '-';
	out[n] = 0;
}

static int put_plot(struct plots *p, const char *name,
		    void (*plot)(FILE *, int, const void *), const void *data)
{
	char path[PATH_MAX];
	struct output out;
	int ret, closed;

	if (mkdir(p->into, 0777) && errno != EEXIST)
		return fail("--svg %s: cannot be made: %s", p->into,
			    strerror(errno));
	snprintf(path, sizeof(path), "%s/%s.svg", p->into, name);
	ret = output_open(&out, path);
	if (!ret) {
		svg_alone = true;
		plot(out.to, WIDTH, data);
		svg_alone = false;
		closed = output_close(&out, false);
		ret = closed;
	}
	if (ret)
		return fail("%s: cannot be written: %s", path, strerror(-ret));
	p->written++;
	return 0;
}

static int plots_of_run(struct plots *p, const char *dir)
{
	struct subject *s = calloc(1, sizeof(*s));
	int ret = s ? subject_open(s, dir) : fail("out of memory");

	if (!ret && s->timeline.calls)
		ret = put_plot(p, "time", plot_timeline, &s->timeline);
	if (!ret && s->report.tally.n)
		ret = put_plot(p, "sources", plot_sources, &s->report.tally);
	if (!ret && s->flame.stacks)
		ret = put_plot(p, "flame", plot_flame, &s->flame);
	if (s)
		subject_close(s);
	free(s);
	return ret;
}

static int plots_of_trials(struct plots *p, const json_t *record)
{
	struct trial_metrics m;
	int ret = trial_metrics_read(&m, record);

	if (ret)
		ret = fail("%s", strerror(-ret));
	for (size_t i = 0; i < m.n && !ret; i++) {
		char metric[64], name[128];

		safe_name(metric, sizeof(metric), m.at[i].name);
		snprintf(name, sizeof(name), "values-%zu-%s", i + 1, metric);
		if (m.at[i].values.n)
			ret = put_plot(p, name, plot_values, &m.at[i].values);
		snprintf(name, sizeof(name), "curves-%zu-%s", i + 1, metric);
		if (!ret && m.at[i].curves.n)
			ret = put_plot(p, name, plot_curves, &m.at[i].curves);
	}
	trial_metrics_free(&m);
	return ret;
}

static int plots_of_blame(struct plots *p, const json_t *record)
{
	struct costs c;
	int ret = costs_read(&c, record);

	if (ret)
		ret = fail("%s", strerror(-ret));
	else if (c.n)
		ret = put_plot(p, "costs", plot_costs, &c);
	free(c.cost);
	return ret;
}

static int plots_of_record(struct plots *p, const char *dir)
{
	json_t *record = record_read(dir);
	const char *kind = json_string_value(json_object_get(record, "kind"));
	int ret = 0;

	if (!kind)
		ret = fail("%s/experiment.json is damaged; samebits rm %s "
			   "removes it",
			   dir, html_base(dir));
	else if (!strcmp(kind, "trials"))
		ret = plots_of_trials(p, record);
	else if (!strcmp(kind, "blame"))
		ret = plots_of_blame(p, record);
	json_decref(record);
	return ret;
}

int picture_plots(const char *dir, const char *into)
{
	struct plots p = { into, 0 };
	int ret;

	ret = record_is(dir) ? plots_of_record(&p, dir) : plots_of_run(&p, dir);
	if (!ret && !p.written)
		ret = fail("%s: there is nothing to plot in it; --html FILE "
			   "shows what there is",
			   html_base(dir));
	return ret;
}
