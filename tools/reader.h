/* SPDX-License-Identifier: MIT */
/*
 * Reads what a run left behind: its logs, its board, its manifest.
 *
 * Nothing in these files is trusted. A damaged or truncated log gives what is
 * whole in it and a note for each thing that is not; ids and offsets are
 * checked here, so that users of `struct log` need not.
 */
#ifndef SAMEBITS_READER_H
#define SAMEBITS_READER_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "../shim/event.h"

/* Sentences on what could not be read, in the order of finding. */
struct notes {
	char **text;
	size_t n;
};

int notes_add(struct notes *notes, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void notes_free(struct notes *notes);

/*
 * The arrays are indexed by id - 1 and hold NULL where a record is missing:
 * pointers to struct sb_module, sb_site, ... sb_chunk, as their names say.
 * Pointers lead into the mapped file and live until log_close().
 */
struct source_name {
	const char *name, *group; /* "?" where its record is missing */
	uint32_t policy;	  /* enum sb_policy, as set for the run */
};

/* A chunk of events, and what it says of itself: large logs are not gone
 * through to sort them. */
struct event_chunk {
	const struct sb_chunk *chunk;
	uint64_t base;
	uint32_t thread;
};

struct log {
	struct sb_header head; /* a copy; its strings are terminated */
	struct source_name *source; /* by index */
	size_t nsources;
	const void **named; /* their records, by index */
	size_t nnamed;
	const void **module;
	size_t nmodules;
	const void **site; /* depth and lines are within the record */
	size_t nsites;
	const void **thread;
	size_t nthreads;
	const void **blind;
	size_t nblinds;
	const void **line;
	size_t nlines;
	const void **denied; /* source is within the names */
	size_t ndenied;
	const void **runtime;
	size_t nruntimes;
	const void **halt; /* kind is one */
	size_t nhalts;
	const void **turns;
	size_t nturns;
	const void **shape; /* by source, which is within the names, and hash */
	size_t nshapes;
	const void **file; /* SB_RENAMED has two names */
	size_t nfiles;
	const void **counter; /* by slot: sb_event.counter - 1 */
	size_t ncounters;
	struct event_chunk *events; /* by thread, then base */
	size_t nevents;
	struct notes notes;
	bool damaged; /* something that had been written is not readable */
	const char *data; /* the whole file */
	size_t size;
	bool mapped; /* by log_read() */
};

/*
 * 0 where at least the header is whole; -EBADMSG: not a log; -EPROTO: written
 * by a newer samebits; another -errno: the file cannot be opened. On failure
 * `notes` says why and the rest is empty; log_close() is due in either case.
 */
int log_read(struct log *log, const char *path);
/* The same from memory that the caller keeps; `data` is 8-byte aligned. */
int log_parse(struct log *log, const void *data, size_t size);
void log_close(struct log *log);

/* NULL for id 0 and where the record is missing. */
const struct sb_module *log_module(const struct log *log, uint32_t id);
/* In hexadecimal; null where it has none. */
json_t *module_build_id(const struct sb_module *m);
const struct sb_site *log_site(const struct log *log, uint32_t id);
const struct sb_thread *log_thread(const struct log *log, uint32_t id);
const char *log_thread_path(const struct log *log, uint32_t id); /* or "?" */
const struct sb_line *log_line(const struct log *log, uint32_t id);
const char *line_file(const struct sb_line *line);
const char *line_function(const struct sb_line *line);
/* The site's line of this number, innermost first; NULL: it is missing. */
const struct sb_line *site_line(const struct log *log,
				const struct sb_site *site, uint32_t i);
const char *blind_kind(const struct sb_blind *blind);
const char *blind_text(const struct sb_blind *blind);

/* What a call of the source with this value was about; NULL: not known. */
const char *log_shape(const struct log *log, uint32_t source, uint64_t value);

/* What the counter's first calls were about, each text once; how many. */
unsigned counter_shapes(const struct log *log, const struct sb_counter *c,
			const char *text[3]);

/* The events of one thread in order, each once. */
struct events {
	const struct log *log;
	size_t chunk, last; /* index of the chunk, and behind the thread's last */
	size_t at;
	uint64_t next; /* number of the next event */
	size_t released; /* up to here the file's pages were given back */
};

void events_start(struct events *it, const struct log *log, uint32_t thread);
const struct sb_event *events_next(struct events *it); /* NULL: no more */
/* What follows the event that came last: digests of what it read (value) and
 * wrote (length). NULL: they were not made. */
const struct sb_event *events_detail(const struct events *it);
/* The event's counter; NULL where it is missing. */
const struct sb_counter *event_counter(const struct log *log,
				       const struct sb_event *event);

struct rundir {
	char *dir;
	json_t *manifest;	/* NULL where it is missing or no JSON */
	struct sb_board *board; /* NULL where missing; `nslots` slots of it; of
				 * several ranks all their slots */
	uint32_t nslots;	/* slots of the board that were taken */
	uint32_t nranks;	/* 0: a run without ranks */
	struct log *log;	/* by lineage, then exec */
	size_t nlogs;
	struct notes notes; /* the logs' own, with the file's name, included */
	bool damaged;
};

/* 0, or -errno where the directory cannot be read. rundir_close() is due in
 * either case. */
int rundir_open(struct rundir *run, const char *dir);
void rundir_close(struct rundir *run);
/* Only the manifest; NULL where there is none. The caller's to json_decref. */
json_t *manifest_read(const char *dir);
/* Orders "0/0.2" before "0/0.10". */
int lineage_compare(const char *a, const char *b);

#endif
