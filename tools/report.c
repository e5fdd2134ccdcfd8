/* SPDX-License-Identifier: MIT */
/* `samebits report`: what a run met, where, and what was done about it. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blind.h"
#include "cmd.h"
#include "opts.h"
#include "reader.h"
#include "say.h"
#include "store.h"
#include "symbols.h"

/* One counter of one log, with what it needs to be shown. */
struct row {
	const struct log *log;
	const struct sb_counter *counter;
	const char *group, *name;
};

static uint64_t site_hash(const struct row *r)
{
	const struct sb_site *s = log_site(r->log, r->counter->site);

	return s ? s->hash : 0;
}

/* By group, source, then by calls. */
static int order(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int group = strcmp(x->group, y->group);
	int name = group ? group : strcmp(x->name, y->name);

	if (name)
		return name;
	if (x->counter->count != y->counter->count)
		return x->counter->count < y->counter->count ? 1 : -1;
	name = lineage_compare(x->log->head.path, y->log->head.path);
	return name ? name
		    : (site_hash(x) > site_hash(y)) -
			      (site_hash(x) < site_hash(y));
}

static size_t gather(const struct rundir *run, struct row **out)
{
	size_t n = 0, max = 0;
	struct row *rows;

	for (size_t l = 0; l < run->nlogs; l++)
		max += run->log[l].ncounters;
	rows = calloc(max + 1, sizeof(*rows));
	for (size_t l = 0; rows && l < run->nlogs; l++) {
		const struct log *log = &run->log[l];

		for (size_t i = 0; i < log->ncounters; i++) {
			const struct sb_counter *c = log->counter[i];

			if (c && c->count && c->source < log->nsources)
				rows[n++] = (struct row){
					log, c, log->source[c->source].group,
					log->source[c->source].name
				};
		}
	}
	if (n)
		qsort(rows, n, sizeof(*rows), order);
	*out = rows;
	return n;
}

/* What rows [0, n) of one source add up to. */
struct total {
	uint64_t calls, bytes, crypto;
	unsigned threads, processes;
	bool forced, observed;
};

static struct total sum(const struct row *rows, size_t n)
{
	struct total t = { 0 };

	for (size_t i = 0; i < n; i++) {
		const struct sb_counter *c = rows[i].counter;
		bool thread = true, process = true;

		t.calls += c->count;
		t.bytes += c->bytes;
		if (c->policy & SB_CRYPTO)
			t.crypto += c->count;
		else if ((c->policy & 0xff) == SB_FORCE)
			t.forced = true;
		else
			t.observed = true;
		for (size_t k = 0; k < i; k++) {
			if (rows[k].log != rows[i].log)
				continue;
			process = false;
			thread &= rows[k].counter->thread != c->thread;
		}
		t.processes += process;
		t.threads += thread;
	}
	return t;
}

static const char *policy(const struct total *t)
{
	return t->forced && t->observed ? "forced, observed"
	       : t->forced		? "forced"
	       : t->observed		? "observed"
					: "real (crypto)";
}

static size_t run_length(const struct row *rows, size_t n)
{
	size_t k = 1;

	while (k < n && !strcmp(rows[k].name, rows[0].name) &&
	       !strcmp(rows[k].group, rows[0].group))
		k++;
	return k;
}

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void print_frame(const struct log *log, const struct sb_frame *f)
{
	const struct sb_module *m = log_module(log, f->module);
	struct symbol s;

	if (!m) {
		printf("unknown code");
		return;
	}
	symbol_find(&s, m->path, m->build_id, f->offset);
	printf("%s", s.function[0] ? s.function : "?");
	if (s.file[0])
		printf(" %s:%d", base(s.file), s.line);
	else
		printf(" (%s+0x%" PRIx64 "%s%s)", base(m->path), f->offset,
		       s.note ? ", " : "", s.note ? s.note : "");
}

static void print_sites(const struct row *rows, size_t n, unsigned long most)
{
	for (size_t i = 0; i < n && i < most; i++) {
		const struct sb_site *s =
			log_site(rows[i].log, rows[i].counter->site);

		printf("      %8" PRIu64 "  ", rows[i].counter->count);
		for (uint32_t f = 0; s && f < s->depth && f < 3; f++) {
			if (f)
				printf(" < ");
			print_frame(rows[i].log, &s->frame[f]);
		}
		printf("%s\n", s ? "" : "caller not known");
	}
	if (n > most)
		printf("      %8s  and %zu more callers\n", "...", n - most);
}

static void print_text(const struct rundir *run, const struct row *rows,
		       size_t n, const struct blind *blind, size_t blinds,
		       unsigned long sites)
{
	bool colour = say_colour(stdout);
	const char *group = "";

	printf("%s %s: %zu process image%s\n",
	       json_string_value(json_object_get(run->manifest, "mode"))
		       ? json_string_value(
				 json_object_get(run->manifest, "mode"))
		       : "run",
	       base(run->dir), run->nlogs, run->nlogs == 1 ? "" : "s");
	for (size_t i = 0; i < n;) {
		size_t k = run_length(rows + i, n - i);
		struct total t = sum(rows + i, k);

		if (strcmp(group, rows[i].group)) {
			group = rows[i].group;
			printf("%s%s%s\n", colour ? "\033[1m" : "", group,
			       colour ? "\033[0m" : "");
		}
		printf("  %-22s %10" PRIu64 " call%s %3u thread%s %3u "
		       "process%s  %s\n",
		       rows[i].name, t.calls, t.calls == 1 ? " " : "s",
		       t.threads, t.threads == 1 ? " " : "s", t.processes,
		       t.processes == 1 ? "  " : "es", policy(&t));
		if (t.crypto && (t.forced || t.observed))
			printf("      %8" PRIu64 "  of them real, for "
			       "cryptographic code\n", t.crypto);
		print_sites(rows + i, k, sites);
		i += k;
	}
	printf("%sblind spots%s%s\n", colour ? "\033[1m" : "",
	       colour ? "\033[0m" : "", blinds ? "" : ": none met");
	for (size_t i = 0; i < blinds; i++)
		printf("  %-12s %s\n", blind[i].kind, blind[i].text);
	for (size_t i = 0; i < run->notes.n; i++)
		printf("note: %s\n", run->notes.text[i]);
}

static json_t *hex(uint64_t n)
{
	char text[32];

	snprintf(text, sizeof(text), "%016" PRIx64, n);
	return json_string(text);
}

static json_t *json_frame(const struct log *log, const struct sb_frame *f)
{
	const struct sb_module *m = log_module(log, f->module);
	json_t *j = json_object();
	struct symbol s = { .line = 0 };
	char id[41] = "";

	if (m) {
		symbol_find(&s, m->path, m->build_id, f->offset);
		for (int i = 0; i < 20; i++)
			snprintf(id + 2 * i, 3, "%02x", m->build_id[i]);
	}
	json_object_set_new(j, "module", json_string(m ? m->path : ""));
	json_object_set_new(j, "build_id", json_string(id));
	json_object_set_new(j, "offset", json_integer((json_int_t)f->offset));
	json_object_set_new(j, "function", json_string(s.function));
	json_object_set_new(j, "file", json_string(s.file));
	json_object_set_new(j, "line", json_integer(s.line));
	return j;
}

static json_t *json_site(const struct row *r)
{
	const struct sb_site *s = log_site(r->log, r->counter->site);
	json_t *j = json_object(), *first = json_array(), *fs = json_array();
	uint64_t n = r->counter->count;

	for (uint64_t i = 0; i < 3 && i < n; i++)
		json_array_append_new(first, hex(r->counter->first[i]));
	for (uint32_t f = 0; s && f < s->depth; f++)
		json_array_append_new(fs, json_frame(r->log, &s->frame[f]));
	json_object_set_new(j, "hash", hex(site_hash(r)));
	json_object_set_new(j, "calls", json_integer((json_int_t)n));
	json_object_set_new(j, "process", json_string(r->log->head.path));
	json_object_set_new(j, "exec", json_integer(r->log->head.exec));
	json_object_set_new(j, "thread",
			    json_string(log_thread_path(r->log,
							r->counter->thread)));
	json_object_set_new(j, "digest", hex(r->counter->digest));
	json_object_set_new(j, "first", first);
	json_object_set_new(j, "frames", fs);
	return j;
}

static json_t *json_source(const struct row *rows, size_t n)
{
	json_t *j = json_object(), *sites = json_array();
	struct total t = sum(rows, n);

	for (size_t i = 0; i < n; i++)
		json_array_append_new(sites, json_site(&rows[i]));
	json_object_set_new(j, "name", json_string(rows[0].name));
	json_object_set_new(j, "group", json_string(rows[0].group));
	json_object_set_new(j, "policy", json_string(policy(&t)));
	json_object_set_new(j, "calls", json_integer((json_int_t)t.calls));
	json_object_set_new(j, "bytes", json_integer((json_int_t)t.bytes));
	json_object_set_new(j, "threads", json_integer(t.threads));
	json_object_set_new(j, "processes", json_integer(t.processes));
	json_object_set_new(j, "crypto_calls",
			    json_integer((json_int_t)t.crypto));
	json_object_set_new(j, "sites", sites);
	return j;
}

static void print_json(const struct rundir *run, const struct row *rows,
		       size_t n, const struct blind *blind, size_t blinds)
{
	static const char *const copied[] = { "mode", "seed", "program",
					      "status" };
	json_t *root = json_object(), *sources = json_array();
	json_t *spots = json_array(), *notes = json_array();

	json_object_set_new(root, "run", json_string(base(run->dir)));
	for (size_t i = 0; i < 4; i++) {
		json_t *v = json_object_get(run->manifest, copied[i]);

		json_object_set(root, copied[i], v ? v : json_null());
	}
	json_object_set_new(root, "processes",
			    json_integer((json_int_t)run->nlogs));
	for (size_t i = 0; i < n;) {
		size_t k = run_length(rows + i, n - i);

		json_array_append_new(sources, json_source(rows + i, k));
		i += k;
	}
	for (size_t i = 0; i < blinds; i++)
		json_array_append_new(
			spots, json_pack("{s:s, s:s}", "kind", blind[i].kind,
					 "text", blind[i].text));
	for (size_t i = 0; i < run->notes.n; i++)
		json_array_append_new(notes, json_string(run->notes.text[i]));
	json_object_set_new(root, "sources", sources);
	json_object_set_new(root, "blind_spots", spots);
	json_object_set_new(root, "notes", notes);
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
}

static int show(const char *dir, bool json, unsigned long sites)
{
	static struct blind blind[256];
	struct rundir run;
	struct row *rows;
	size_t n, blinds;
	int ret = rundir_open(&run, dir);

	if (ret) {
		rundir_close(&run);
		return fail("%s: cannot be read: %s", dir, strerror(-ret));
	}
	if (!run.nlogs && !run.manifest) {
		rundir_close(&run);
		return fail("%s: holds no run; see samebits list", dir);
	}
	n = gather(&run, &rows);
	blinds = blind_collect(&run, blind, 256);
	if (blinds > 256)
		blinds = 256;
	if (json)
		print_json(&run, rows, n, blind, blinds);
	else
		print_text(&run, rows, n, blind, blinds, sites);
	free(rows);
	symbols_close();
	rundir_close(&run);
	return 0;
}

int cmd_report(int argc, char **argv)
{
	const char *store = STORE_DEFAULT, *json = NULL, *sites = "3";
	const struct opt options[] = {
		{ "store", 0, "DIR", "where runs are kept (default .samebits)",
		  &store },
		{ "json", 0, NULL, "for programs, with whole call stacks",
		  &json },
		{ "sites", 0, "N", "callers shown of each source (default 3)",
		  &sites },
		{ NULL, 0, NULL, NULL, NULL }
	};
	char dir[PATH_MAX];
	int first, ret = opts_parse(options, argc, argv, &first);
	uint64_t most;

	if (ret == 1) {
		opts_help(stdout, "report [options] [RUN]",
			  "Says what a run met: per group and source the "
			  "calls, threads, processes, callers\nand what was "
			  "done about it; then what it could not control. RUN "
			  "is a number or a\ndirectory; the newest by default.",
			  options);
		return 0;
	}
	if (ret < 0)
		return STATUS_TROUBLE;
	if (opts_number(sites, 0, &most))
		return fail("--sites %s: not a number", sites);
	if (argc - first > 1)
		return fail("report takes one run, not %d", argc - first);
	ret = store_find(store, first < argc ? argv[first] : NULL, dir,
			 sizeof(dir));
	if (ret && first < argc)
		return fail("%s: no such run in %s; see samebits list",
			    argv[first], store);
	if (ret)
		return fail("%s: no runs here; make one with samebits run -- "
			    "PROGRAM, or name the place with --store DIR",
			    store);
	return show(dir, json, most);
}
