/* SPDX-License-Identifier: MIT */
/* JSON lines: the run, its processes and threads, their sites, and with a full
 * trace every event, each thread's in order. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"
#include "text.h"

static json_t *hex(uint64_t value)
{
	return json_sprintf("%016" PRIx64, value);
}

static void set(json_t *j, const char *key, json_t *value)
{
	json_object_set_new(j, key, value);
}

static json_t *integer(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *line(const char *type)
{
	json_t *j = json_object();

	set(j, "type", json_string(type));
	return j;
}

static void print(json_t *j, FILE *to)
{
	json_dumpf(j, to, JSON_COMPACT);
	fputc('\n', to);
	json_decref(j);
}

static void print_run(struct export *e, FILE *to)
{
	static const char *const keys[] = { "mode", "program", "argv", "seed",
					    "start", "end", "status" };
	json_t *j = line("run");

	set(j, "run", text_json(e->name));
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		json_t *value = json_object_get(e->run.manifest, keys[i]);

		set(j, keys[i], value ? json_incref(value) : json_null());
	}
	print(j, to);
}

static json_t *of_process(const char *type, const struct log *log)
{
	json_t *j = line(type);

	set(j, "process", text_json(log->head.path));
	set(j, "exec", integer(log->head.exec));
	return j;
}

static void print_process(const struct log *log, FILE *to)
{
	json_t *j = of_process("process", log);

	set(j, "program", text_json(log->head.program));
	print(j, to);
	for (size_t i = 0; i < log->nthreads; i++) {
		const struct sb_thread *t = log->thread[i];

		if (!t)
			continue;
		j = of_process("thread", log);
		set(j, "thread", text_json(t->path));
		print(j, to);
	}
}

static json_t *frame(struct export *e, const struct log *log,
		     const struct sb_frame *f)
{
	const struct sb_module *m = log_module(log, f->module);
	struct place p = { 0 };
	json_t *j = json_object();

	if (m)
		p = symbols_find(e->symbols, m, f->offset);
	set(j, "module", text_json(m ? m->path : NULL));
	set(j, "offset", integer(f->offset));
	set(j, "function", text_json(p.function));
	set(j, "file", text_json(p.file));
	set(j, "line", p.file ? json_integer(p.line) : json_null());
	return j;
}

static json_t *shapes(const struct log *log, const struct sb_counter *c)
{
	json_t *list = json_array();
	const char *text[3];
	unsigned n = counter_shapes(log, c, text);

	for (unsigned i = 0; i < n; i++)
		json_array_append_new(list, text_json(text[i]));
	return list;
}

static void print_site(struct export *e, const struct log *log, size_t k,
		       FILE *to)
{
	const struct sb_counter *c = log->counter[k];
	const struct sb_site *site = log_site(log, c->site);
	bool crypto = c->policy & SB_CRYPTO;
	json_t *j = of_process("site", log), *first = json_array();
	json_t *frames = json_array();

	set(j, "thread", text_json(log_thread_path(log, c->thread)));
	set(j, "counter", integer(k + 1));
	set(j, "source", text_json(log->source[c->source].name));
	set(j, "group", text_json(log->source[c->source].group));
	set(j, "policy", json_string(export_policy(c)));
	set(j, "calls", integer(c->count));
	set(j, "bytes", integer(c->bytes));
	set(j, "digest", crypto ? json_null() : hex(c->digest));
	for (uint64_t i = 0; !crypto && i < 3 && i < c->count; i++)
		json_array_append_new(first, hex(c->first[i]));
	set(j, "first", first);
	set(j, "shapes", shapes(log, c));
	set(j, "site", site ? hex(site->hash) : json_null());
	for (uint32_t i = 0; site && i < site->depth; i++)
		json_array_append_new(frames, frame(e, log, &site->frame[i]));
	set(j, "frames", frames);
	print(j, to);
}

/* The part of an event's line that all events of a counter share. */
static char *prefix(const struct log *log, uint32_t thread,
		    const struct sb_event *event)
{
	char *process = export_quoted(log->head.path);
	char *name = export_quoted(log_thread_path(log, thread));
	char *source = export_quoted(log->source[event->source].name);
	char *text = NULL;

	if (process && name && source &&
	    asprintf(&text,
		     "{\"type\":\"event\",\"process\":%s,\"exec\":%u,"
		     "\"thread\":%s,\"counter\":%u,\"source\":%s,", process,
		     log->head.exec, name, event->counter, source) < 0)
		text = NULL;
	free(process);
	free(name);
	free(source);
	return text;
}

static void print_numeric(const struct log *log, const struct events *it,
			  const struct sb_event *event, FILE *to)
{
	const char *shape = log_shape(log, event->source, event->value);
	const struct sb_event *detail = events_detail(it);
	char *quoted = shape ? export_quoted(shape) : NULL;

	if (quoted)
		fprintf(to, ",\"shape\":%s", quoted);
	free(quoted);
	if (detail)
		fprintf(to, ",\"read\":\"%016" PRIx64 "\",\"written\":"
			"\"%016" PRIx64 "\"", detail->value, detail->length);
}

static void print_event(const struct log *log, const struct events *it,
			const struct sb_event *event, bool secret, FILE *to)
{
	uint64_t n = it->next;

	fprintf(to, "\"n\":%" PRIu64 ",\"clock\":%" PRIu64 ",", n,
		event->clock);
	if (secret)
		fputs("\"value\":null,", to);
	else
		fprintf(to, "\"value\":\"%016" PRIx64 "\",", event->value);
	fprintf(to, "\"length\":%" PRIu64, event->length);
	if (log->nshapes)
		print_numeric(log, it, event, to);
	fputs("}\n", to);
}

static int print_events_of(const struct log *log, uint32_t thread,
			   char **prefixes, FILE *to)
{
	const struct sb_event *event;
	struct events it;

	events_start(&it, log, thread);
	while ((event = events_next(&it)) && !ferror(to)) {
		const struct sb_counter *c = event_counter(log, event);
		char **p = &prefixes[c ? event->counter : 0];

		/* Those without a counter share the first place. */
		if (!c) {
			free(*p);
			*p = NULL;
		}
		if (!*p)
			*p = prefix(log, thread, event);
		if (!*p)
			return -ENOMEM;
		fputs(*p, to);
		print_event(log, &it, event, c && c->policy & SB_CRYPTO, to);
	}
	return 0;
}

static int print_events(const struct log *log, FILE *to)
{
	char **prefixes = calloc(log->ncounters + 1, sizeof(*prefixes));
	size_t at = 0;
	uint32_t thread;
	int ret = prefixes ? 0 : -ENOMEM;

	while (ret == 0 && (thread = export_next_thread(log, &at)))
		ret = print_events_of(log, thread, prefixes, to);
	for (size_t i = 0; prefixes && i <= log->ncounters; i++)
		free(prefixes[i]);
	free(prefixes);
	return ret;
}

int export_jsonl(struct export *e, FILE *to)
{
	int ret = 0;

	print_run(e, to);
	for (size_t i = 0; i < e->run.nlogs && ret == 0; i++) {
		const struct log *log = &e->run.log[i];

		print_process(log, to);
		for (size_t k = 0; k < log->ncounters; k++) {
			const struct sb_counter *c = log->counter[k];

			if (c && c->count)
				print_site(e, log, k, to);
		}
		ret = print_events(log, to);
	}
	return ret;
}
