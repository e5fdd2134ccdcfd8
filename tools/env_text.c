/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collect.h"
#include "env_text.h"
#include "text.h"

#define WIDTH 78
#define KEY 14 /* columns of keys, behind two of space */
#define NAMES 12 /* that are listed of many */

/* ---- lines ---- */

static void line(FILE *to, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void line(FILE *to, const char *key, const char *format, ...)
{
	char *text;
	va_list list;

	va_start(list, format);
	if (vasprintf(&text, format, list) >= 0) {
		if (*text) {
			fprintf(to, "  %-*s ", KEY, key);
			text_print(to, text);
			fputc('\n', to);
		}
		free(text);
	}
	va_end(list);
}

/* Words that flow over several lines. */
struct flow {
	FILE *to;
	const char *key;
	size_t column; /* 0: none yet */
};

static void flow(struct flow *f, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void flow(struct flow *f, const char *format, ...)
{
	va_list list;
	char *word;

	va_start(list, format);
	if (vasprintf(&word, format, list) >= 0) {
		size_t n = strlen(word);

		if (!f->column) {
			fprintf(f->to, "  %-*s ", KEY, f->key);
		} else if (f->column + n + 2 > WIDTH) {
			fprintf(f->to, ",\n  %-*s ", KEY, "");
			f->column = 0;
		} else {
			fputs(", ", f->to);
			f->column += 2;
		}
		text_print(f->to, word);
		f->column += n + (f->column ? 0 : KEY + 3);
		free(word);
	}
	va_end(list);
}

static void flow_end(const struct flow *f)
{
	if (f->column)
		fputc('\n', f->to);
}

/* " key value", "" where there is none. */
#define AND(j, key, before) *text_some(j, key) ? before : "", text_some(j, key)

static long long number(const json_t *j, const char *key)
{
	return json_integer_value(json_object_get(j, key));
}

/* ---- the run ---- */

static void when(char *out, size_t size, const json_t *time)
{
	time_t t = (time_t)json_number_value(time);
	struct tm tm;

	*out = 0;
	if (json_is_number(time) && localtime_r(&t, &tm))
		strftime(out, size, "%Y-%m-%d %H:%M:%S", &tm);
}

static void arguments(FILE *to, const json_t *argv)
{
	json_t *arg;
	size_t i;

	fprintf(to, "  %-*s", KEY, "command");
	json_array_foreach(argv, i, arg) {
		fputc(' ', to);
		text_print(to, json_string_value(arg) ? json_string_value(arg)
						      : "?");
	}
	fputc('\n', to);
}

static void cost(FILE *to, const json_t *run)
{
	const json_t *used = json_object_get(run, "resources");
	double start = json_number_value(json_object_get(run, "start"));
	double end = json_number_value(json_object_get(run, "end"));
	char began[32];

	when(began, sizeof(began), json_object_get(run, "start"));
	line(to, "started", "%s", began);
	if (!json_is_object(used))
		return;
	line(to, "took", "%.3g s; processor %.3g s user, %.3g s system; at "
			 "most %lld MiB",
	     end - start,
	     json_number_value(json_object_get(used, "user_seconds")),
	     json_number_value(json_object_get(used, "system_seconds")),
	     number(used, "peak_memory") >> 20);
}

static void policies(FILE *to, const json_t *run)
{
	struct flow f = { to, "control", 0 };
	const char *key;
	json_t *value;

	json_object_foreach(json_object_get(run, "policies"), key, value)
		flow(&f, "%s %s", key, json_string_value(value));
	flow_end(&f);
}

/* As `samebits blame` has measured it. */
static void control(FILE *to, const json_t *cost)
{
	json_t *ratios = json_object_get(cost, "ratios"), *one;
	struct flow f = { to, "control costs", 0 };
	const char *name;

	json_object_foreach(ratios, name, one)
		flow(&f, "%s %.2f x (%.2f to %.2f)", name,
		     json_number_value(json_object_get(one, "ratio")),
		     json_number_value(json_object_get(one, "low")),
		     json_number_value(json_object_get(one, "high")));
	if (f.column)
		flow(&f, "by blame %s", text_some(cost, "blame"));
	flow_end(&f);
}

static void run(FILE *to, const json_t *run)
{
	const json_t *seed = json_object_get(run, "seed");
	const json_t *threads = json_object_get(run, "threads");
	const json_t *log = json_object_get(run, "log");

	if (!run)
		return;
	fputs("run\n", to);
	line(to, "program", "%s", text_some(run, "program"));
	arguments(to, json_object_get(run, "argv"));
	line(to, "directory", "%s", text_some(run, "cwd"));
	if (json_is_integer(json_object_get(run, "status")))
		line(to, "exit status", "%lld", number(run, "status"));
	cost(to, run);
	if (json_is_integer(seed))
		line(to, "seed", "%lld", json_integer_value(seed));
	if (json_is_integer(json_object_get(threads, "wanted")))
		line(to, "threads", "%lld", number(threads, "wanted"));
	policies(to, run);
	control(to, json_object_get(run, "cost_of_control"));
	if (log && !json_is_null(log))
		line(to, "log", "%lld calls of %lld processes, digest %.16s",
		     number(log, "calls"), number(log, "processes"),
		     text_some(log, "digest"));
}

/* ---- the machine ---- */

static void flags(FILE *to, const char *all)
{
	struct flow f = { to, "flags", 0 };
	char *telling = processor_telling(all), *rest = telling, *one;

	while (rest && (one = strsep(&rest, " ")))
		if (*one)
			flow(&f, "%s", one);
	flow_end(&f);
	free(telling);
}

static void machine(FILE *to, const json_t *record)
{
	const json_t *s = json_object_get(record, "system");
	const json_t *p = json_object_get(record, "processor");
	const json_t *m = json_object_get(record, "memory");
	const json_t *c = json_object_get(record, "container");

	fputs("machine\n", to);
	line(to, "host", "%s", text_some(s, "host"));
	line(to, "system", "%s%s%s, %s, %s", text_some(s, "os"),
	     AND(s, "os_point_release", ", "), text_some(s, "libc"),
	     text_some(s, "architecture"));
	line(to, "kernel", "%s %s", text_some(s, "kernel"),
	     text_some(s, "kernel_build"));
	line(to, "processor", "%s, family %s, model %s, stepping %s%s%s",
	     text_some(p, "model"), text_some(p, "family"), text_some(p, "number"),
	     text_some(p, "stepping"), AND(p, "microcode", ", microcode "));
	line(to, "processors", "%lld, of which %lld may be used%s%s",
	     number(p, "processors"), number(p, "allowed"),
	     AND(p, "group_limit", "; limit of the control group: "));
	flags(to, text_some(p, "flags"));
	line(to, "memory", "%lld MiB, swap %lld MiB",
	     number(m, "total") >> 20, number(m, "swap") >> 20);
	if (json_is_object(c))
		line(to, "container", "%s%s%s%s%s", text_some(c, "kind"),
		     AND(c, "image", ", image "), AND(c, "id", ", id "));
}

static void repository(FILE *to, const json_t *git)
{
	long long n = number(git, "changed_files");

	if (!json_is_object(git))
		return;
	fputs("repository\n", to);
	line(to, "commit", "%s%s%s",
	     *text_some(git, "commit") ? text_some(git, "commit") : "none yet",
	     AND(git, "branch", " on "));
	line(to, "remote", "%s", text_some(git, "remote"));
	if (*text_some(git, "changes_unknown"))
		line(to, "changes", "not known: %s",
		     text_some(git, "changes_unknown"));
	else if (n)
		line(to, "changes", "%lld file%s not committed%s%.16s", n,
		     n == 1 ? "" : "s", *text_some(git, "diff") ? ", digest " : "",
		     text_some(git, "diff"));
	else
		line(to, "changes", "none");
}

static void graphics(FILE *to, const json_t *cuda)
{
	struct flow f = { to, "libraries", 0 };
	const char *name;
	json_t *one;
	size_t i;

	if (!json_is_object(cuda))
		return;
	fputs("cuda\n", to);
	line(to, "driver", "%s%s%s", text_some(cuda, "driver"),
	     AND(cuda, "driver_cuda", ", CUDA "));
	json_array_foreach(json_object_get(cuda, "gpus"), i, one)
		line(to, "gpu", "%s, %lld MiB%s", text_some(one, "model"),
		     number(one, "memory") >> 20,
		     json_is_true(json_object_get(one, "ecc")) ? ", ECC" : "");
	json_object_foreach(json_object_get(cuda, "libraries"), name, one)
		flow(&f, "%s %s", name,
		     json_string_value(one) ? json_string_value(one) : "");
	flow_end(&f);
}

/* ---- software ---- */

static void packages(FILE *to, const char *key, const json_t *list,
		     bool loaded)
{
	struct flow f = { to, key, 0 };
	json_t *p;
	size_t i;

	json_array_foreach(list, i, p)
		if (!loaded || json_object_get(p, "loaded"))
			flow(&f, "%s %s%s", text_some(p, "name"),
			     text_some(p, "version"),
			     json_object_get(p, "editable") ? " (editable)"
							    : "");
	flow_end(&f);
}

static void pythons(FILE *to, const json_t *list, bool of_run)
{
	json_t *p;
	size_t i;

	json_array_foreach(list, i, p) {
		const json_t *all = json_object_get(p, "packages");

		fprintf(to, "python %s\n", text_some(p, "version"));
		line(to, "executable", "%s", text_some(p, "executable"));
		line(to, "environment", "%s", text_some(p, "virtual_environment"));
		line(to, "conda", "%s",
		     text_some(json_object_get(p, "conda"), "prefix"));
		packages(to, of_run ? "loaded" : "packages", all, of_run);
		if (of_run)
			line(to, "installed", "%zu packages in all",
			     json_array_size(all));
	}
}

static void r(FILE *to, const json_t *r)
{
	struct flow f = { to, "loaded", 0 };
	const char *name;
	json_t *version;

	if (!json_is_object(r))
		return;
	fprintf(to, "R %s\n", text_some(r, "version"));
	json_object_foreach(json_object_get(r, "packages"), name, version)
		flow(&f, "%s %s", name, json_string_value(version));
	flow_end(&f);
}

static void libraries(FILE *to, const json_t *list)
{
	json_t *l;
	size_t i;

	if (json_array_size(list))
		fputs("numeric libraries\n", to);
	json_array_foreach(list, i, l) {
		const json_t *threads = json_object_get(l, "threads");
		long long n = json_integer_value(json_array_get(threads, 1));
		char count[40] = "";

		if (n)
			snprintf(count, sizeof(count), ", %lld thread%s", n,
				 n == 1 ? "" : "s");
		line(to, text_some(l, "kind"), "%s%s", text_some(l, "says"), count);
	}
}

/* Package and version, each once, and objects that belong to none. */
static void objects(FILE *to, const json_t *list)
{
	struct flow owned = { to, "packages", 0 },
		    alone = { to, "of no package", 0 };
	json_t *seen = json_object(), *o, *unused;
	const char *name;
	size_t i;

	if (json_array_size(list))
		fprintf(to, "loaded objects: %zu\n", json_array_size(list));
	json_array_foreach(list, i, o) {
		char what[300];

		snprintf(what, sizeof(what), "%s %s", text_some(o, "package"),
			 text_some(o, "version"));
		if (*text_some(o, "package"))
			json_object_set_new(seen, what, json_true());
	}
	json_object_foreach(seen, name, unused)
		flow(&owned, "%s", name);
	flow_end(&owned);
	json_decref(seen);
	json_array_foreach(list, i, o)
		if (!*text_some(o, "package"))
			flow(&alone, "%s", text_some(o, "path"));
	flow_end(&alone);
}

static void files(FILE *to, const char *title, json_t *list)
{
	size_t n = json_object_size(list), i = 0;
	const char *path;
	json_t *digest;

	if (!n)
		return;
	fprintf(to, "%s: %zu\n", title, n);
	json_object_foreach(list, path, digest) {
		if (i++ == NAMES) {
			line(to, "", "and %zu more", n - NAMES);
			break;
		}
		fprintf(to, "  %-*.12s ", KEY, json_string_value(digest));
		text_print(to, path);
		fputc('\n', to);
	}
}

static void variables(FILE *to, json_t *all)
{
	const char *name;
	json_t *value;
	bool any = false;

	json_object_foreach(all, name, value) {
		if (!variable_matters(name))
			continue;
		if (!any)
			fprintf(to, "variables (%zu in all)\n",
				json_object_size(all));
		any = true;
		fputs("  ", to);
		text_print(to, name);
		fputc('=', to);
		text_print(to, json_string_value(value) ? json_string_value(value)
							: "");
		fputc('\n', to);
	}
}

void env_print(FILE *to, const json_t *record)
{
	run(to, json_object_get(record, "run"));
	machine(to, record);
	graphics(to, json_object_get(record, "cuda"));
	repository(to, json_object_get(record, "git"));
	pythons(to, json_object_get(record, "python"),
		json_object_get(record, "objects") != NULL);
	r(to, json_object_get(record, "r"));
	libraries(to, json_object_get(record, "libraries"));
	objects(to, json_object_get(record, "objects"));
	variables(to, json_object_get(record, "variables"));
	files(to, "inputs", json_object_get(record, "inputs"));
	files(to, "outputs", json_object_get(record, "outputs"));
}

/* ---- differences ---- */

#define LONGEST 300

static void side(FILE *to, const char *name, const char *text)
{
	fprintf(to, "    %s  ", name);
	if (!text)
		fputs("-", to);
	else
		text_print_some(to, text, LONGEST);
	fputc('\n', to);
}

void env_changes_print(FILE *to, const struct env_changes *c,
		       const char *name_a, const char *name_b)
{
	const char *group = "";

	if (!c->n) {
		fprintf(to, "the same environment: %s and %s\n", name_a,
			name_b);
		return;
	}
	fprintf(to, "A is %s, B is %s; what changes results first\n", name_a,
		name_b);
	for (size_t i = 0; i < c->n; i++) {
		const struct env_change *x = &c->at[i];

		if (strcmp(group, x->group))
			fprintf(to, "%s\n", x->group);
		group = x->group;
		fputs("  ", to);
		text_print(to, x->what);
		fputc('\n', to);
		side(to, "A", x->a);
		side(to, "B", x->b);
	}
}
