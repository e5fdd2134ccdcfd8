/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reader.h"

int notes_add(struct notes *notes, const char *format, ...)
{
	char **text = realloc(notes->text, (notes->n + 1) * sizeof(*text));
	va_list ap;
	int n;

	if (!text)
		return -ENOMEM;
	notes->text = text;
	va_start(ap, format);
	n = vasprintf(&text[notes->n], format, ap);
	va_end(ap);
	if (n < 0)
		return -ENOMEM;
	notes->n++;
	return 0;
}

void notes_free(struct notes *notes)
{
	for (size_t i = 0; i < notes->n; i++)
		free(notes->text[i]);
	free(notes->text);
	*notes = (struct notes){ 0 };
}

#define DAMAGED(log, ...)                                                      \
	((log)->damaged = true, notes_add(&(log)->notes, __VA_ARGS__))

/* Puts `item` at array[at], which grows to hold it; new places are NULL. */
static int put(const void ***array, size_t *n, size_t at, const void *item)
{
	if (at >= *n) {
		/* Powers of two: the real capacity need not be kept. */
		size_t had = *n ? (size_t)1 << (64 - __builtin_clzl(*n)) : 0;
		size_t room = (size_t)1 << (64 - __builtin_clzl(at + 1));
		const void **p = *array;

		if (room > had) {
			p = realloc(p, room * sizeof(*p));
			if (!p)
				return -ENOMEM;
			*array = p;
		}
		memset(p + *n, 0, (at + 1 - *n) * sizeof(*p));
		*n = at + 1;
	}
	(*array)[at] = item;
	return 0;
}

static bool terminated(const char *text, size_t size)
{
	return memchr(text, 0, size) != NULL;
}

static bool whole_module(const struct sb_record *r)
{
	const struct sb_module *m = (const void *)r;

	return r->size > sizeof(*m) &&
	       terminated(m->path, r->size - sizeof(*m));
}

static bool whole_site(const struct sb_record *r)
{
	const struct sb_site *s = (const void *)r;

	size_t lines = s->lines * sizeof(uint32_t);

	return r->size >= sizeof(*s) && s->lines <= SB_LINES &&
	       r->size >= sizeof(*s) + lines &&
	       s->depth <= (r->size - sizeof(*s) - lines) /
				   sizeof(s->frame[0]);
}

static bool whole_thread(const struct sb_record *r)
{
	const struct sb_thread *t = (const void *)r;

	return r->size > sizeof(*t) &&
	       terminated(t->path, r->size - sizeof(*t));
}

/* Two strings, from `text` to the record's end. */
static bool whole_pair(const struct sb_record *r, const char *text)
{
	const char *end = (const char *)r + r->size;

	if (text >= end || !terminated(text, (size_t)(end - text)))
		return false;
	text += strlen(text) + 1;
	return text < end && terminated(text, (size_t)(end - text));
}

static bool whole_blind(const struct sb_record *r)
{
	return whole_pair(r, ((const struct sb_blind *)r)->text);
}

static bool whole_line(const struct sb_record *r)
{
	return whole_pair(r, ((const struct sb_line *)r)->text);
}

static bool whole_denied(const struct sb_record *r)
{
	return r->size >= sizeof(struct sb_denied);
}

static bool whole_halt(const struct sb_record *r)
{
	const struct sb_halt *h = (const void *)r;

	return r->size > sizeof(*h) && h->kind && h->kind < SB_HALT_KINDS &&
	       terminated(h->name, sizeof(h->name)) && whole_pair(r, h->text);
}

static bool whole_turns(const struct sb_record *r)
{
	return r->size >= sizeof(struct sb_turns);
}

static bool whole_runtime(const struct sb_record *r)
{
	return whole_pair(r, ((const struct sb_runtime *)r)->text);
}

static bool whole_source(const struct sb_record *r)
{
	return whole_pair(r, ((const struct sb_source *)r)->text);
}

static bool whole_shape(const struct sb_record *r)
{
	const struct sb_shape *s = (const void *)r;

	return r->size > sizeof(*s) &&
	       terminated(s->text, r->size - sizeof(*s));
}

static bool whole_file(const struct sb_record *r)
{
	const struct sb_file *f = (const void *)r;

	return r->size > sizeof(*f) &&
	       terminated(f->text, r->size - sizeof(*f)) &&
	       (!(f->use & SB_RENAMED) || whole_pair(r, f->text));
}

static int keep(struct log *log, const struct sb_record *r)
{
	const struct {
		const char *name;
		bool (*whole)(const struct sb_record *);
		const void ***array;
		size_t *n;
	} kind[] = {
		[SB_MODULE] = { "module", whole_module, &log->module,
				&log->nmodules },
		[SB_SITE] = { "site", whole_site, &log->site, &log->nsites },
		[SB_THREAD] = { "thread", whole_thread, &log->thread,
				&log->nthreads },
		[SB_BLIND] = { "blind spot", whole_blind, &log->blind,
			       &log->nblinds },
		[SB_LINE] = { "line", whole_line, &log->line, &log->nlines },
		[SB_DENIED] = { "denied call", whole_denied, &log->denied,
				&log->ndenied },
		[SB_SOURCE] = { "source", whole_source, &log->named,
				&log->nnamed },
		[SB_RUNTIME] = { "runtime", whole_runtime, &log->runtime,
				 &log->nruntimes },
		[SB_SHAPE] = { "shape", whole_shape, &log->shape,
			       &log->nshapes },
		[SB_HALT] = { "halt", whole_halt, &log->halt, &log->nhalts },
		[SB_TURNS] = { "turns", whole_turns, &log->turns,
			       &log->nturns },
		[SB_FILE] = { "file", whole_file, &log->file, &log->nfiles },
	};

	if (r->type >= SB_RECORD_TYPES) {
		DAMAGED(log, "a record of unknown type %u was skipped",
			r->type);
		return 0;
	}
	/* An id beyond what the file can hold is noise, and would make the
	 * array huge. */
	if (!r->id || r->id > log->size / sizeof(*r) ||
	    !kind[r->type].whole(r) ||
	    (r->type == SB_DENIED &&
	     ((const struct sb_denied *)r)->source >= log->nsources) ||
	    (r->type == SB_SHAPE &&
	     ((const struct sb_shape *)r)->source >= log->nsources) ||
	    (r->type == SB_SOURCE && r->id > log->nsources)) {
		DAMAGED(log, "the record of %s %u is damaged",
			kind[r->type].name, r->id);
		return 0;
	}
	return put(kind[r->type].array, kind[r->type].n, r->id - 1, r);
}

static int read_defs(struct log *log, const struct sb_chunk *c, size_t used)
{
	const char *at = (const char *)(c + 1), *end = at + used;
	int ret = 0;

	while (ret == 0 && (size_t)(end - at) >= sizeof(struct sb_record)) {
		const struct sb_record *r = (const void *)at;

		if (r->size == 0 && r->type == 0) /* killed while starting it */
			return 0;
		if (r->size < sizeof(*r) || r->size % 8 ||
		    r->size > (size_t)(end - at)) {
			DAMAGED(log, "the rest of a chunk of records is lost: "
				     "a record's size is wrong");
			return 0;
		}
		if (r->type)
			ret = keep(log, r);
		at += r->size;
	}
	return ret;
}

/* Ids count slots, taken or not: what is not a counter keeps its place. */
static int read_counters(struct log *log, const struct sb_chunk *c,
			 size_t room, size_t used)
{
	const struct sb_counter *n = (const void *)(c + 1);
	size_t slots = room / sizeof(*n);
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < slots; i++) {
		bool taken = i < used / sizeof(*n) && n[i].type;

		if (taken && (n[i].type != 1 || n[i].source >= log->nsources)) {
			DAMAGED(log, "counter %zu is damaged",
				log->ncounters + 1);
			taken = false;
		}
		ret = put(&log->counter, &log->ncounters,
			  log->ncounters, taken ? &n[i] : NULL);
	}
	return ret;
}

static int put_events(struct log *log, const struct sb_chunk *c)
{
	struct event_chunk *list = log->events;

	/* Doubled when full: full is where the number is a power of two. */
	if (!(log->nevents & (log->nevents - 1))) {
		list = realloc(list, (log->nevents ? log->nevents * 2 : 1) *
					     sizeof(*list));
		if (!list)
			return -ENOMEM;
		log->events = list;
	}
	list[log->nevents++] = (struct event_chunk){ c, c->base, c->thread };
	return 0;
}

/* `left`: bytes of the file after the chunk's head. */
static int read_chunk(struct log *log, const struct sb_chunk *c, size_t left)
{
	size_t room = c->size - sizeof(*c);
	size_t used = c->used < room ? c->used : room;
	bool cut = room > left;

	if (used > left)
		used = left;
	if (cut)
		room = left;

	/* An event's place is taken before it is looked at, so the last add
	 * of a full chunk may stand; elsewhere too much is damage. */
	if (c->used > room && !cut && c->type != SB_EVENTS)
		DAMAGED(log, "a chunk says that it is fuller than it is big");
	switch (c->type) {
	case 0: /* a gap */
		return 0;
	case SB_DEFS:
		return read_defs(log, c, used);
	case SB_COUNTERS:
		return read_counters(log, c, room, used);
	case SB_EVENTS:
		return put_events(log, c);
	}
	DAMAGED(log, "a chunk of unknown type %u was skipped", c->type);
	return 0;
}

static int by_shape(const void *a, const void *b)
{
	const struct sb_shape *x = *(const void *const *)a;
	const struct sb_shape *y = *(const void *const *)b;

	if (!x || !y) /* missing ones last */
		return (x == NULL) - (y == NULL);
	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	return (x->hash > y->hash) - (x->hash < y->hash);
}

/* A log may be larger than memory: pages that were gone through are given back,
 * and come again where they are looked at once more. */
#define RELEASE (4u << 20)

static size_t release(const struct log *log, size_t from, size_t to)
{
	if (to < from + RELEASE)
		return from;
	from = from / SB_PAGE * SB_PAGE;
	to = to / SB_PAGE * SB_PAGE;
	if (log->mapped)
		madvise((char *)log->data + from, to - from, MADV_DONTNEED);
	return to;
}

static int read_chunks(struct log *log)
{
	size_t at = log->head.header_size, released = 0;
	int ret = 0;

	while (ret == 0 && at < log->size &&
	       log->size - at >= sizeof(struct sb_chunk)) {
		const struct sb_chunk *c = (const void *)(log->data + at);
		size_t left = log->size - at;

		if (c->magic == 0) { /* not taken; go on at the next page */
			at = (at / SB_PAGE + 1) * SB_PAGE;
			continue;
		}
		if (c->magic != SB_CHUNK_MAGIC || c->size < sizeof(*c) ||
		    c->size % 8) {
			DAMAGED(log, "from byte %zu on the log is damaged", at);
			return 0;
		}
		if (c->size > left)
			DAMAGED(log, "the last chunk is cut off");
		ret = read_chunk(log, c, left - sizeof(*c));
		if (c->size >= left)
			break;
		at += c->size;
		released = release(log, released, at);
	}
	return ret;
}

#define SOURCES_MOST 65536

/* Room for the names, which come as they were first called. */
static int expect_names(struct log *log)
{
	if (log->head.header_size < SB_PAGE || log->head.header_size % 8 ||
	    log->head.nsources > SOURCES_MOST) {
		DAMAGED(log, "its header is damaged");
		return 1;
	}
	log->source = calloc(log->head.nsources + 1, sizeof(*log->source));
	if (!log->source)
		return -ENOMEM;
	log->nsources = log->head.nsources;
	return 0;
}

static void take_names(struct log *log)
{
	for (size_t i = 0; i < log->nsources; i++) {
		const struct sb_source *r = i < log->nnamed ? log->named[i]
							    : NULL;

		log->source[i] = (struct source_name){ "?", "?", 0 };
		if (!r)
			continue;
		log->source[i].name = r->text;
		log->source[i].group = r->text + strlen(r->text) + 1;
		log->source[i].policy = r->policy;
	}
}

static int read_header(struct log *log)
{
	static const char none[8];

	memcpy(&log->head, log->data,
	       log->size < sizeof(log->head) ? log->size : sizeof(log->head));
	log->head.path[sizeof(log->head.path) - 1] = 0;
	log->head.program[sizeof(log->head.program) - 1] = 0;
	if (log->size >= 8 && !memcmp(log->data, none, 8)) {
		DAMAGED(log, "empty: its process ended while starting it");
		return -EBADMSG;
	}
	if (log->size < 12 || memcmp(log->data, SB_LOG_MAGIC, 8)) {
		DAMAGED(log, "not a log of samebits");
		return -EBADMSG;
	}
	if (log->head.version > SB_VERSION) {
		DAMAGED(log,
			"format %u was written by a newer samebits than this "
			"one, which reads up to %u; use the newer one",
			log->head.version, SB_VERSION);
		return -EPROTO;
	}
	if (log->head.version && log->head.version < SB_VERSION) {
		DAMAGED(log,
			"format %u was written by an older samebits than this "
			"one, which reads %u; make the run again, or use the "
			"older one", log->head.version, SB_VERSION);
		return -EPROTO;
	}
	if (log->size < sizeof(log->head)) {
		DAMAGED(log, "cut off within its header");
		return -EBADMSG;
	}
	if (log->head.version == 0) {
		DAMAGED(log, "format 0 does not exist: its header is damaged");
		return -EBADMSG;
	}
	if (log->head.size > log->size)
		DAMAGED(log, "cut off: %zu of %llu bytes are there", log->size,
			(unsigned long long)log->head.size);
	return 0;
}

static int by_base(const void *a, const void *b)
{
	const struct event_chunk *x = a, *y = b;

	if (x->thread != y->thread)
		return x->thread < y->thread ? -1 : 1;
	return (x->base > y->base) - (x->base < y->base);
}

static int parse(struct log *log, const void *data, size_t size, bool mapped)
{
	int ret;

	*log = (struct log){ .data = data, .size = size, .mapped = mapped };
	ret = read_header(log);
	if (ret == 0)
		ret = expect_names(log);
	if (ret == 0)
		ret = read_chunks(log);
	take_names(log);
	if (ret == 0 && log->nevents)
		qsort(log->events, log->nevents, sizeof(*log->events),
		      by_base);
	if (ret >= 0 && log->nshapes)
		qsort(log->shape, log->nshapes, sizeof(*log->shape), by_shape);
	/* 1: a header of use, but nothing could be found after it */
	return ret > 0 ? 0 : ret;
}

int log_parse(struct log *log, const void *data, size_t size)
{
	return parse(log, data, size, false);
}

int log_read(struct log *log, const char *path)
{
	struct stat st;
	void *map = NULL;
	int ret, fd;

	*log = (struct log){ 0 };
	/* O_NONBLOCK: a FIFO of that name must not stop us */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ret = fd < 0 || fstat(fd, &st) < 0 ? -errno : 0;
	if (ret == 0 && !S_ISREG(st.st_mode))
		ret = -EBADMSG;
	if (ret == 0 && st.st_size) {
		map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd,
			   0);
		ret = map == MAP_FAILED ? -errno : 0;
	}
	if (fd >= 0)
		close(fd);
	if (ret < 0) {
		DAMAGED(log, "cannot be read: %s", strerror(-ret));
		return ret;
	}
	if (!map) {
		DAMAGED(log, "empty: its process ended while starting it");
		return -EBADMSG;
	}
	return parse(log, map, (size_t)st.st_size, true);
}

void log_close(struct log *log)
{
	free(log->source);
	free(log->module);
	free(log->site);
	free(log->thread);
	free(log->blind);
	free(log->line);
	free(log->denied);
	free(log->named);
	free(log->runtime);
	free(log->halt);
	free(log->turns);
	free(log->shape);
	free(log->file);
	free(log->counter);
	free(log->events);
	notes_free(&log->notes);
	if (log->mapped)
		munmap((void *)log->data, log->size);
	*log = (struct log){ 0 };
}

const struct sb_module *log_module(const struct log *log, uint32_t id)
{
	return id && id <= log->nmodules ? log->module[id - 1] : NULL;
}

json_t *module_build_id(const struct sb_module *m)
{
	static const uint8_t none[20];
	char text[41];

	if (!memcmp(m->build_id, none, sizeof(none)))
		return json_null();
	for (int i = 0; i < 20; i++)
		snprintf(text + 2 * i, 3, "%02x", m->build_id[i]);
	return json_string(text);
}

const struct sb_site *log_site(const struct log *log, uint32_t id)
{
	return id && id <= log->nsites ? log->site[id - 1] : NULL;
}

const struct sb_thread *log_thread(const struct log *log, uint32_t id)
{
	return id && id <= log->nthreads ? log->thread[id - 1] : NULL;
}

const char *log_thread_path(const struct log *log, uint32_t id)
{
	const struct sb_thread *t = log_thread(log, id);

	return t ? t->path : "?";
}

const struct sb_line *log_line(const struct log *log, uint32_t id)
{
	return id && id <= log->nlines ? log->line[id - 1] : NULL;
}

const char *line_file(const struct sb_line *line)
{
	return line->text;
}

const char *line_function(const struct sb_line *line)
{
	return line->text + strlen(line->text) + 1;
}

const struct sb_line *site_line(const struct log *log,
				const struct sb_site *site, uint32_t i)
{
	const uint32_t *id = (const uint32_t *)&site->frame[site->depth];

	return i < site->lines ? log_line(log, id[i]) : NULL;
}

const char *blind_kind(const struct sb_blind *blind)
{
	return blind->text;
}

const char *blind_text(const struct sb_blind *blind)
{
	return blind->text + strlen(blind->text) + 1;
}

void events_start(struct events *it, const struct log *log, uint32_t thread)
{
	const struct event_chunk *c = log->events;
	size_t first = 0;

	while (first < log->nevents && c[first].thread != thread)
		first++;
	*it = (struct events){ .log = log, .chunk = first, .last = first };
	while (it->last < log->nevents && c[it->last].thread == thread)
		it->last++;
}

/* Bytes of events in a chunk; the last one may be cut off by the file's end. */
static size_t events_used(const struct log *log, const struct sb_chunk *c)
{
	size_t size = c->size - sizeof(*c);
	size_t left = (size_t)(log->data + log->size - (const char *)(c + 1));

	if (left < size)
		size = left;
	return c->used < size ? c->used : size;
}

const char *log_shape(const struct log *log, uint32_t source, uint64_t value)
{
	const struct sb_shape key = { .source = source, .hash = value };
	const void *at = &key;
	const void *const *found;

	if (!log->nshapes)
		return NULL;
	found = bsearch(&at, log->shape, log->nshapes, sizeof(at), by_shape);
	return found ? ((const struct sb_shape *)*found)->text : NULL;
}

unsigned counter_shapes(const struct log *log, const struct sb_counter *c,
			const char *text[3])
{
	unsigned n = 0;

	for (uint64_t i = 0; i < 3 && i < c->count; i++) {
		bool said = false;

		text[n] = log_shape(log, c->source, c->first[i]);
		for (uint64_t k = 0; k < i; k++)
			said |= c->first[k] == c->first[i];
		n += text[n] && !said;
	}
	return n;
}

/* Events and details. */
static const struct sb_event *slots_next(struct events *it)
{
	for (; it->chunk < it->last; it->chunk++, it->at = 0) {
		const struct sb_chunk *c = it->log->events[it->chunk].chunk;
		size_t place = (size_t)((const char *)c - it->log->data);

		if (!it->at)
			it->released = place < it->released
					       ? place
					       : release(it->log, it->released,
							 place);
		const struct sb_event *e = (const void *)(c + 1);
		size_t n = events_used(it->log, c) / sizeof(*e);

		while (it->at < n) {
			const struct sb_event *next = &e[it->at];
			uint64_t number = c->base + it->at++;

			if (number < it->next || !next->type ||
			    next->type > SB_DETAIL ||
			    next->source >= it->log->nsources)
				continue;
			it->next = number + 1;
			return next;
		}
	}
	return NULL;
}

const struct sb_event *events_next(struct events *it)
{
	const struct sb_event *e;

	do
		e = slots_next(it);
	while (e && e->type != SB_EVENT);
	return e;
}

const struct sb_event *events_detail(const struct events *it)
{
	struct events ahead = *it;
	const struct sb_event *e = slots_next(&ahead);

	return e && e->type == SB_DETAIL ? e : NULL;
}

const struct sb_counter *event_counter(const struct log *log,
				       const struct sb_event *event)
{
	uint32_t id = event->counter;

	return id && id <= log->ncounters ? log->counter[id - 1] : NULL;
}
