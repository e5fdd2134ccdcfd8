/* SPDX-License-Identifier: MIT */
/* A database of the run; the schema below is its description. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "export.h"

static const char schema[] =
	"CREATE TABLE runs ("
	"  run TEXT, mode TEXT, program TEXT, seed INTEGER,"
	"  start REAL, end REAL, status INTEGER);"
	/* One row a process image. */
	"CREATE TABLE processes ("
	"  id INTEGER PRIMARY KEY, lineage TEXT, exec INTEGER, program TEXT);"
	"CREATE TABLE threads ("
	"  id INTEGER PRIMARY KEY, process INTEGER REFERENCES processes,"
	"  lineage TEXT);"
	"CREATE TABLE modules ("
	"  id INTEGER PRIMARY KEY, path TEXT, build_id TEXT);"
	/* hash: equal for the same stack in other runs, as 16 hex digits. */
	"CREATE TABLE sites (id INTEGER PRIMARY KEY, hash TEXT UNIQUE);"
	/* depth 0 is the caller of the source; offsets are return addresses. */
	"CREATE TABLE frames ("
	"  site INTEGER REFERENCES sites, depth INTEGER,"
	"  module INTEGER REFERENCES modules, offset INTEGER,"
	"  function TEXT, file TEXT, line INTEGER,"
	"  PRIMARY KEY (site, depth)) WITHOUT ROWID;"
	"CREATE TABLE counters ("
	"  id INTEGER PRIMARY KEY, thread INTEGER REFERENCES threads,"
	"  source TEXT, source_group TEXT, policy TEXT,"
	"  site INTEGER REFERENCES sites,"
	"  calls INTEGER, bytes INTEGER, digest TEXT);"
	/* n counts a thread's events from 1; clock: logical nanoseconds. */
	"CREATE TABLE events ("
	"  thread INTEGER REFERENCES threads, n INTEGER,"
	"  counter INTEGER REFERENCES counters,"
	"  clock INTEGER, value INTEGER, length INTEGER,"
	/* Digests of what a BLAS call read and wrote (--digest blas). */
	"  read INTEGER, written INTEGER,"
	"  PRIMARY KEY (thread, n)) WITHOUT ROWID;"
	/* What a call was about: `value` is that of its events. */
	"CREATE TABLE shapes ("
	"  source TEXT, value INTEGER, shape TEXT,"
	"  PRIMARY KEY (source, value)) WITHOUT ROWID;"
	/* Calls with digests; `call` counts those of a thread, whatever else it
	 * did, so that two runs can be laid side by side. */
	"CREATE VIEW blas AS SELECT "
	"  p.lineage AS process, p.exec, t.lineage AS thread,"
	"  row_number() OVER (PARTITION BY e.thread ORDER BY e.n) AS call,"
	"  c.source, s.shape, e.read, e.written, c.site "
	"FROM events e JOIN counters c ON c.id = e.counter "
	"JOIN threads t ON t.id = e.thread "
	"JOIN processes p ON p.id = t.process "
	"LEFT JOIN shapes s ON s.source = c.source AND s.value = e.value "
	"WHERE e.read IS NOT NULL;";

static const char indexes[] =
	"CREATE INDEX counters_source ON counters (source);"
	"CREATE INDEX counters_site ON counters (site);"
	"CREATE INDEX events_counter ON events (counter);";

enum statement { RUN, PROCESS, THREAD, MODULE, SITE, FRAME, COUNTER, EVENT,
		 SHAPE, STATEMENTS };

static const char *const insert[STATEMENTS] = {
	[RUN] = "INSERT INTO runs VALUES (?,?,?,?,?,?,?)",
	[PROCESS] = "INSERT INTO processes VALUES (?,?,?,?)",
	[THREAD] = "INSERT INTO threads VALUES (?,?,?)",
	[MODULE] = "INSERT INTO modules VALUES (?,?,?)",
	[SITE] = "INSERT OR IGNORE INTO sites VALUES (NULL,?)",
	[FRAME] = "INSERT INTO frames VALUES (?,?,?,?,?,?,?)",
	[COUNTER] = "INSERT INTO counters VALUES (?,?,?,?,?,?,?,?,?)",
	[EVENT] = "INSERT INTO events VALUES (?,?,?,?,?,?,?,?)",
	[SHAPE] = "INSERT OR IGNORE INTO shapes VALUES (?,?,?)",
};

struct base {
	struct export *e;
	sqlite3 *db;
	sqlite3_stmt *to[STATEMENTS];
	sqlite3_stmt *site_of;
	/* Ids of the log being written, added to those within it. */
	sqlite3_int64 process, threads, modules, counters;
	int error; /* the first that SQLite met */
};

static void check(struct base *b, int ret)
{
	if (ret != SQLITE_OK && ret != SQLITE_DONE && ret != SQLITE_ROW &&
	    !b->error)
		b->error = ret;
}

static void integer(struct base *b, enum statement s, int column,
		    sqlite3_int64 value)
{
	check(b, sqlite3_bind_int64(b->to[s], column, value));
}

static void text(struct base *b, enum statement s, int column, const char *t)
{
	check(b, sqlite3_bind_text(b->to[s], column, t, -1, SQLITE_TRANSIENT));
}

static void hex(struct base *b, enum statement s, int column, uint64_t value)
{
	char digits[20];

	snprintf(digits, sizeof(digits), "%016llx", (unsigned long long)value);
	text(b, s, column, digits);
}

/* What is not set is NULL. */
static void row(struct base *b, enum statement s)
{
	check(b, sqlite3_step(b->to[s]));
	sqlite3_reset(b->to[s]);
	sqlite3_clear_bindings(b->to[s]);
}

static void add_run(struct base *b)
{
	json_t *m = b->e->run.manifest;
	json_t *seed = json_object_get(m, "seed");
	json_t *status = json_object_get(m, "status");

	text(b, RUN, 1, b->e->name);
	text(b, RUN, 2, json_string_value(json_object_get(m, "mode")));
	text(b, RUN, 3, json_string_value(json_object_get(m, "program")));
	if (json_is_integer(seed))
		integer(b, RUN, 4, json_integer_value(seed));
	for (int i = 0; i < 2; i++) {
		json_t *when = json_object_get(m, i ? "end" : "start");

		if (json_is_number(when))
			check(b, sqlite3_bind_double(b->to[RUN], 5 + i,
						     json_number_value(when)));
	}
	if (json_is_integer(status))
		integer(b, RUN, 7, json_integer_value(status));
	row(b, RUN);
}

static void add_process(struct base *b, const struct log *log)
{
	integer(b, PROCESS, 1, b->process);
	text(b, PROCESS, 2, log->head.path);
	integer(b, PROCESS, 3, log->head.exec);
	text(b, PROCESS, 4, log->head.program);
	row(b, PROCESS);
	for (size_t i = 0; i < log->nthreads; i++) {
		const struct sb_thread *t = log->thread[i];

		if (!t)
			continue;
		integer(b, THREAD, 1, b->threads + (sqlite3_int64)i + 1);
		integer(b, THREAD, 2, b->process);
		text(b, THREAD, 3, t->path);
		row(b, THREAD);
	}
}

static void add_modules(struct base *b, const struct log *log)
{
	static const uint8_t none[20];

	for (size_t i = 0; i < log->nmodules; i++) {
		const struct sb_module *m = log->module[i];
		char id[41];

		if (!m)
			continue;
		for (int k = 0; k < 20; k++)
			snprintf(id + 2 * k, 3, "%02x", m->build_id[k]);
		integer(b, MODULE, 1, b->modules + (sqlite3_int64)i + 1);
		text(b, MODULE, 2, m->path);
		if (memcmp(m->build_id, none, sizeof(none)))
			text(b, MODULE, 3, id);
		row(b, MODULE);
	}
}

static void add_frames(struct base *b, const struct log *log,
		       const struct sb_site *site, sqlite3_int64 id)
{
	for (uint32_t i = 0; i < site->depth; i++) {
		const struct sb_frame *f = &site->frame[i];
		const struct sb_module *m = log_module(log, f->module);
		struct place p = { 0 };

		if (m)
			p = symbols_find(b->e->symbols, m, f->offset);
		integer(b, FRAME, 1, id);
		integer(b, FRAME, 2, i);
		if (m)
			integer(b, FRAME, 3, b->modules + f->module);
		integer(b, FRAME, 4, (sqlite3_int64)f->offset);
		text(b, FRAME, 5, p.function);
		text(b, FRAME, 6, p.file);
		if (p.file)
			integer(b, FRAME, 7, p.line);
		row(b, FRAME);
	}
}

/* The row of a stack, which other processes may have met before; 0: none. */
static sqlite3_int64 add_site(struct base *b, const struct log *log,
			      const struct sb_site *site)
{
	sqlite3_int64 id;

	hex(b, SITE, 1, site->hash);
	row(b, SITE);
	if (sqlite3_changes(b->db)) {
		id = sqlite3_last_insert_rowid(b->db);
		add_frames(b, log, site, id);
		return id;
	}
	check(b, sqlite3_bind_text(b->site_of, 1,
				   sqlite3_mprintf("%016llx", site->hash), -1,
				   sqlite3_free));
	check(b, sqlite3_step(b->site_of));
	id = sqlite3_column_int64(b->site_of, 0);
	sqlite3_reset(b->site_of);
	return id;
}

static void add_counter(struct base *b, const struct log *log, size_t i)
{
	const struct sb_counter *c = log->counter[i];
	const struct source_name *source = &log->source[c->source];
	const struct sb_site *site = log_site(log, c->site);
	sqlite3_int64 where = site ? add_site(b, log, site) : 0;

	integer(b, COUNTER, 1, b->counters + (sqlite3_int64)i + 1);
	integer(b, COUNTER, 2, b->threads + c->thread);
	text(b, COUNTER, 3, source->name);
	text(b, COUNTER, 4, source->group);
	text(b, COUNTER, 5, export_policy(c));
	if (where)
		integer(b, COUNTER, 6, where);
	integer(b, COUNTER, 7, (sqlite3_int64)c->count);
	integer(b, COUNTER, 8, (sqlite3_int64)c->bytes);
	if (!(c->policy & SB_CRYPTO))
		hex(b, COUNTER, 9, c->digest);
	row(b, COUNTER);
}

static void add_shapes(struct base *b, const struct log *log)
{
	for (size_t i = 0; i < log->nshapes; i++) {
		const struct sb_shape *s = log->shape[i];

		if (!s)
			continue;
		text(b, SHAPE, 1, log->source[s->source].name);
		integer(b, SHAPE, 2, (sqlite3_int64)s->hash);
		text(b, SHAPE, 3, s->text);
		row(b, SHAPE);
	}
}

static void add_events(struct base *b, const struct log *log, uint32_t thread)
{
	const struct sb_event *event, *detail;
	struct events it;

	events_start(&it, log, thread);
	while ((event = events_next(&it)) && !b->error) {
		const struct sb_counter *c = event_counter(log, event);

		integer(b, EVENT, 1, b->threads + thread);
		integer(b, EVENT, 2, (sqlite3_int64)it.next);
		integer(b, EVENT, 3, b->counters + event->counter);
		integer(b, EVENT, 4, (sqlite3_int64)event->clock);
		if (!c || !(c->policy & SB_CRYPTO))
			integer(b, EVENT, 5, (sqlite3_int64)event->value);
		integer(b, EVENT, 6, (sqlite3_int64)event->length);
		detail = log->nshapes ? events_detail(&it) : NULL;
		if (detail) {
			integer(b, EVENT, 7, (sqlite3_int64)detail->value);
			integer(b, EVENT, 8, (sqlite3_int64)detail->length);
		}
		row(b, EVENT);
	}
}

static void add_log(struct base *b, const struct log *log)
{
	size_t at = 0;
	uint32_t thread;

	b->process++;
	add_process(b, log);
	add_modules(b, log);
	add_shapes(b, log);
	for (size_t i = 0; i < log->ncounters && !b->error; i++) {
		const struct sb_counter *c = log->counter[i];

		if (c && c->count)
			add_counter(b, log, i);
	}
	while (!b->error && (thread = export_next_thread(log, &at)))
		add_events(b, log, thread);
	b->threads += (sqlite3_int64)log->nthreads;
	b->modules += (sqlite3_int64)log->nmodules;
	b->counters += (sqlite3_int64)log->ncounters;
}

static void execute(struct base *b, const char *sql)
{
	if (!b->error)
		check(b, sqlite3_exec(b->db, sql, NULL, NULL, NULL));
}

static void prepare(struct base *b)
{
	/* Nobody sees the file before it is whole: no journal, no waiting. */
	execute(b, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
		   "PRAGMA locking_mode = EXCLUSIVE; PRAGMA page_size = 16384;"
		   "BEGIN");
	execute(b, schema);
	for (int i = 0; i < STATEMENTS && !b->error; i++)
		check(b, sqlite3_prepare_v2(b->db, insert[i], -1, &b->to[i],
					    NULL));
	if (!b->error)
		check(b, sqlite3_prepare_v2(
				 b->db, "SELECT id FROM sites WHERE hash = ?",
				 -1, &b->site_of, NULL));
}

static int error_number(int error)
{
	switch (error & 0xff) {
	case SQLITE_OK:
		return 0;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
		return -EACCES;
	}
	return -EIO;
}

int export_sqlite(struct export *e, const char *path)
{
	struct base b = { .e = e };

	check(&b, sqlite3_open_v2(path, &b.db, SQLITE_OPEN_READWRITE, NULL));
	prepare(&b);
	if (!b.error)
		add_run(&b);
	for (size_t i = 0; i < e->run.nlogs && !b.error; i++)
		add_log(&b, &e->run.log[i]);
	execute(&b, indexes);
	execute(&b, "COMMIT");
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(b.to[i]);
	sqlite3_finalize(b.site_of);
	sqlite3_close(b.db);
	return error_number(b.error);
}
