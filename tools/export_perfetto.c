/* SPDX-License-Identifier: MIT */
/*
 * The Trace Event Format (JSON), as ui.perfetto.dev and chrome://tracing read
 * it. Every process image is a process and every thread a track; an event is an
 * instant at its logical time, or a nanosecond after the one before where they
 * share that: a track shows its order. Without a full trace each source has a
 * counter track a process, from 0 at its start to its calls at its end.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"

struct trace {
	struct export *e;
	FILE *to;
	bool any; /* something stands before the next entry */
};

static void begin(struct trace *t)
{
	fputs(t->any ? ",\n" : "\n", t->to);
	t->any = true;
}

static void metadata(struct trace *t, const char *kind, size_t pid,
		     uint32_t tid, const char *quoted)
{
	begin(t);
	fprintf(t->to,
		"{\"name\":\"%s\",\"ph\":\"M\",\"pid\":%zu,\"tid\":%u,"
		"\"args\":{\"name\":%s}}", kind, pid, tid,
		quoted ? quoted : "\"?\"");
}

/* Numbers of threads are unique in the whole trace. */
static void name_process(struct trace *t, const struct log *log, size_t pid,
			 uint32_t first)
{
	const char *slash = strrchr(log->head.program, '/');
	char *text, *quoted;

	if (asprintf(&text, log->head.exec ? "%s %s (exec %u)" : "%s %s",
		     log->head.path, slash ? slash + 1 : log->head.program,
		     log->head.exec) < 0)
		return;
	quoted = export_quoted(text);
	metadata(t, "process_name", pid, first, quoted);
	free(text);
	free(quoted);
	begin(t);
	fprintf(t->to,
		"{\"name\":\"process_sort_index\",\"ph\":\"M\",\"pid\":%zu,"
		"\"tid\":%u,\"args\":{\"sort_index\":%zu}}", pid, first, pid);
	for (uint32_t i = 0; i < log->nthreads; i++) {
		if (!log->thread[i])
			continue;
		quoted = export_quoted(log_thread_path(log, i + 1));
		metadata(t, "thread_name", pid, first + i, quoted);
		free(quoted);
	}
}

/* The parts of an event's entry that all events of a counter share. */
struct entry {
	char *head, *tail;
};

static int make_entry(struct trace *t, struct entry *entry,
		      const struct log *log, const struct sb_event *event)
{
	const struct source_name *source = &log->source[event->source];
	const struct sb_counter *c = event_counter(log, event);
	const struct sb_site *site = c ? log_site(log, c->site) : NULL;
	char *frame = site && site->depth
			      ? export_frame(t->e, log, &site->frame[0]) : NULL;
	char *from = export_quoted(frame ? frame : "?");
	char *name = export_quoted(source->name);
	char *group = export_quoted(source->group);
	int ret = -ENOMEM;

	if (from && name && group &&
	    asprintf(&entry->head, "{\"name\":%s,\"cat\":%s,\"ph\":\"i\","
		     "\"s\":\"t\",", name, group) >= 0 &&
	    asprintf(&entry->tail, "\"policy\":\"%s\",\"from\":%s}}",
		     c ? export_policy(c) : "?", from) >= 0)
		ret = 0;
	free(frame);
	free(from);
	free(name);
	free(group);
	return ret;
}

static void drop_entry(struct entry *entry)
{
	free(entry->head);
	free(entry->tail);
	*entry = (struct entry){ NULL, NULL };
}

static void print_event(struct trace *t, const struct entry *entry,
			const struct sb_event *event, uint64_t when, size_t pid,
			uint32_t tid, bool secret)
{
	begin(t);
	fputs(entry->head, t->to);
	fprintf(t->to, "\"ts\":%" PRIu64 ".%03u,\"pid\":%zu,\"tid\":%u,"
		"\"args\":{", when / 1000, (unsigned)(when % 1000), pid, tid);
	if (!secret)
		fprintf(t->to, "\"value\":\"%016" PRIx64 "\",", event->value);
	fprintf(t->to, "\"length\":%" PRIu64 ",", event->length);
	fputs(entry->tail, t->to);
}

static int print_thread(struct trace *t, const struct log *log, uint32_t thread,
			struct entry *entries, size_t pid, uint32_t first)
{
	const struct sb_event *event;
	uint64_t when = 0;
	struct events it;

	events_start(&it, log, thread);
	while ((event = events_next(&it)) && !ferror(t->to)) {
		const struct sb_counter *c = event_counter(log, event);
		struct entry *entry = &entries[c ? event->counter : 0];

		/* Those without a counter share the first place. */
		if (!c)
			drop_entry(entry);
		if (!entry->tail && make_entry(t, entry, log, event))
			return -ENOMEM;
		when = event->clock > when ? event->clock : when + 1;
		print_event(t, entry, event, when, pid, first + thread - 1,
			    c && c->policy & SB_CRYPTO);
	}
	return 0;
}

static int print_events(struct trace *t, const struct log *log, size_t pid,
			uint32_t first)
{
	struct entry *entries = calloc(log->ncounters + 1, sizeof(*entries));
	size_t at = 0;
	uint32_t thread;
	int ret = entries ? 0 : -ENOMEM;

	while (ret == 0 && (thread = export_next_thread(log, &at)))
		ret = print_thread(t, log, thread, entries, pid, first);
	for (size_t i = 0; entries && i <= log->ncounters; i++)
		drop_entry(&entries[i]);
	free(entries);
	return ret;
}

/* Microseconds of the process's logical clock at its end, as far as known. */
static uint64_t end_of(const struct rundir *run, const struct log *log)
{
	uint32_t i = log->head.slot;

	if (!run->board || i >= run->nslots ||
	    run->board->slot[i].lineage != log->head.lineage ||
	    run->board->slot[i].clock < 1000)
		return 1;
	return run->board->slot[i].clock / 1000;
}

static void print_counter(struct trace *t, const char *quoted, uint64_t when,
			  size_t pid, uint32_t tid, uint64_t calls)
{
	begin(t);
	fprintf(t->to,
		"{\"name\":%s,\"ph\":\"C\",\"ts\":%" PRIu64 ",\"pid\":%zu,"
		"\"tid\":%u,\"args\":{\"calls\":%" PRIu64 "}}", quoted, when,
		pid, tid, calls);
}

static int print_counters(struct trace *t, const struct log *log, size_t pid,
			  uint32_t first)
{
	uint64_t *calls = calloc(log->nsources + 1, sizeof(*calls));

	if (!calls)
		return -ENOMEM;
	for (size_t i = 0; i < log->ncounters; i++) {
		const struct sb_counter *c = log->counter[i];

		if (c)
			calls[c->source] += c->count;
	}
	for (size_t i = 0; i < log->nsources; i++) {
		char *quoted = calls[i] ? export_quoted(log->source[i].name)
					: NULL;

		if (!quoted)
			continue;
		print_counter(t, quoted, 0, pid, first, 0);
		print_counter(t, quoted, end_of(&t->e->run, log), pid, first,
			      calls[i]);
		free(quoted);
	}
	free(calls);
	return 0;
}

int export_perfetto(struct export *e, FILE *to)
{
	struct trace t = { .e = e, .to = to };
	uint32_t first = 1; /* number of a process's first thread */
	int ret = 0;

	fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", to);
	for (size_t i = 0; i < e->run.nlogs && ret == 0; i++) {
		const struct log *log = &e->run.log[i];

		name_process(&t, log, i + 1, first);
		ret = log->nevents ? print_events(&t, log, i + 1, first)
				   : print_counters(&t, log, i + 1, first);
		first += (uint32_t)log->nthreads + 1;
	}
	fputs("\n]}\n", to);
	return ret;
}
