/* SPDX-License-Identifier: MIT */
/* samebits export: each format holds what the report and the log hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "harness.h"

static struct outcome o;

static void shell(const char *command)
{
	outcome_of(&o, "cd $STORE\n%s", command);
	if (o.status)
		fail_msg("%s: status %d; said: %s", command, o.status, o.err);
}

static json_t *load(const char *name)
{
	char path[256];
	json_error_t error;
	json_t *root;

	snprintf(path, sizeof(path), "%s/%s", getenv("STORE"), name);
	root = json_load_file(path, 0, &error);
	if (!root)
		fail_msg("%s: %s at %d", name, error.text, error.line);
	return root;
}

static const char *string(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s ? s : "";
}

static json_int_t number(const json_t *j, const char *key)
{
	return json_integer_value(json_object_get(j, key));
}

/* Two threads and a child, each with their own draws and readings. */
#define PROGRAM "$VICTIMS_DIR/victim_time"
#define MAKE_RUN "$SB run -q --seed 3 --trace full sh -c '" PROGRAM            \
		 " thread; " PROGRAM " fork' > /dev/null; "

static struct {
	json_int_t sites, events, calls, last_n, bad;
	json_int_t processes, threads, runs;
} seen;

static void see_line(const json_t *j)
{
	const char *type = string(j, "type");

	seen.runs += !strcmp(type, "run");
	seen.processes += !strcmp(type, "process");
	seen.threads += !strcmp(type, "thread");
	if (!strcmp(type, "site")) {
		seen.sites++;
		seen.calls += number(j, "calls");
		seen.bad += !json_array_size(json_object_get(j, "frames"));
		seen.last_n = 0;
	}
	if (!strcmp(type, "event")) {
		json_int_t n = number(j, "n");

		seen.events++;
		/* In order within a thread. */
		seen.bad += n != 1 && n != seen.last_n + 1;
		seen.last_n = n;
		seen.bad += strlen(string(j, "value")) != 16;
		seen.bad += !*string(j, "source") || !number(j, "counter");
	}
}

static void test_jsonl(void **state)
{
	char path[256], line[65536];
	FILE *f;

	(void)state;
	shell(MAKE_RUN "$SB export --jsonl x; "
	      "$SB export 1 --jsonl - | cmp - x");
	memset(&seen, 0, sizeof(seen));
	snprintf(path, sizeof(path), "%s/x", getenv("STORE"));
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		json_t *j = json_loads(line, 0, NULL);

		assert_true(json_is_object(j));
		see_line(j);
		json_decref(j);
	}
	fclose(f);
	assert_int_equal(seen.bad, 0);
	assert_int_equal(seen.runs, 1);
	assert_int_equal(seen.processes, 4);
	assert_int_equal(seen.threads, 5);
	assert_true(seen.sites > 8);
	/* Every call is an event. */
	assert_int_equal(seen.events, seen.calls);
}

static void test_perfetto(void **state)
{
	json_int_t instants = 0, names = 0, bad = 0;
	json_t *root, *list, *e;
	double last = -1, tid = 0;
	size_t i;

	(void)state;
	shell(MAKE_RUN "$SB export --perfetto x --jsonl y; "
	      "grep -c '\"type\":\"event\"' y");
	root = load("x");
	list = json_object_get(root, "traceEvents");
	json_array_foreach(list, i, e) {
		const char *phase = string(e, "ph");
		double ts = json_number_value(json_object_get(e, "ts"));

		names += !strcmp(string(e, "name"), "thread_name");
		bad += !number(e, "pid") || !number(e, "tid");
		if (strcmp(phase, "i"))
			continue;
		instants++;
		bad += strcmp(string(e, "s"), "t") != 0;
		/* On a track one comes after the other. */
		if (tid == (double)number(e, "tid"))
			bad += ts <= last;
		last = ts;
		tid = (double)number(e, "tid");
	}
	assert_int_equal(bad, 0);
	assert_int_equal(names, 5);
	assert_int_equal(instants, atol(o.out));
	json_decref(root);
}

/* Without events: counters. */
static void test_perfetto_counters(void **state)
{
	json_t *root, *e;
	json_int_t calls = 0;
	size_t i;

	(void)state;
	shell("$SB run -q " PROGRAM " thread > /dev/null; "
	      "$SB export --perfetto x");
	root = load("x");
	json_array_foreach(json_object_get(root, "traceEvents"), i, e) {
		assert_string_not_equal(string(e, "ph"), "i");
		if (!strcmp(string(e, "name"), "time"))
			calls += number(json_object_get(e, "args"), "calls");
	}
	shell("$SB report --json | grep -A3 '\"name\": \"time\"' | "
	      "sed -n 's/.*calls\": \\([0-9]*\\).*/\\1/p'");
	assert_int_equal(calls, atol(o.out));
	assert_true(calls > 0);
	json_decref(root);
}

static void test_folded(void **state)
{
	static const struct command commands[] = {
		{ MAKE_RUN "$SB export --folded x", 0, "" },
		/* "frame;…;frame count", once a stack */
		{ "grep -vE '^[^;]+(;[^;]+)+ [0-9]+$' x", 1, "" },
		{ "sed 's/ [0-9]*$//' x | sort | uniq -d | grep .", 1, "" },
		{ "grep -qE '^victim_time;.*;main;.*;time [0-9]+$' x", 0, "" },
		{ "$SB export --jsonl y; a=$(awk '{ n += $NF } END { print n }' x)"
		  "; b=$(grep -c '\"type\":\"event\"' y); [ $a = $b ]", 0, "" },
		/* No name can break a line or a stack. */
		{ "cp " PROGRAM " 'a;b c\nd'; $SB run -q './a;b c\nd'; "
		  "$SB export --folded - | grep -q '^a:b c?d;.*;time [0-9]*$'",
		  0, "" },
	};

	(void)state;
	COMMANDS(commands);
}

static json_int_t query(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s;
	json_int_t n;

	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) ||
	    sqlite3_step(s) != SQLITE_ROW)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

static void test_sqlite(void **state)
{
	char path[256];
	sqlite3 *db;

	(void)state;
	shell(MAKE_RUN "echo old > x; $SB export --sqlite x && "
	      "ls | grep -c '^x'");
	assert_string_equal(o.out, "1\n");
	snprintf(path, sizeof(path), "%s/x", getenv("STORE"));
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(query(db, "SELECT seed FROM runs"), 3);
	assert_int_equal(query(db, "SELECT count(*) FROM processes"), 4);
	assert_int_equal(query(db, "SELECT count(*) FROM threads"), 5);
	assert_int_equal(
		query(db, "SELECT sum(calls) FROM counters"),
		query(db, "SELECT count(*) FROM events"));
	/* Each counter's events, thread, site and modules are there. */
	assert_int_equal(
		query(db, "SELECT count(*) FROM counters c WHERE calls != "
			  "(SELECT count(*) FROM events e WHERE e.counter = "
			  "c.id AND e.thread = c.thread)"), 0);
	assert_int_equal(
		query(db, "SELECT count(*) FROM counters WHERE site NOT IN "
			  "(SELECT site FROM frames JOIN modules ON "
			  "frames.module = modules.id)"), 0);
	assert_true(query(db, "SELECT count(*) FROM frames WHERE function = "
			      "'main' AND file LIKE '%context.c'") > 0);
	assert_int_equal(
		query(db, "SELECT count(*) FROM pragma_integrity_check WHERE "
			  "integrity_check != 'ok'"), 0);
	sqlite3_close(db);
}

/* Values of what makes keys are in no export. */
static void test_crypto(void **state)
{
	static const struct command commands[] = {
		{ "cp $VICTIMS_DIR/victim_getrandom ssh-keygen; $SB run -q "
		  "--trace full ./ssh-keygen > /dev/null; $SB export --jsonl j "
		  "--sqlite s --perfetto p", 0, "" },
		{ "grep '\"policy\":\"crypto\"' j | grep -v '\"digest\":null,"
		  "\"first\":\\[\\]'", 1, "" },
		{ "grep '\"source\":\"getrandom\"' j | grep '\"event\"' | "
		  "grep -v '\"value\":null'", 1, "" },
		{ "grep '\"event\"' j | grep -q '\"value\":null'", 0, "" },
		{ "grep '\"policy\":\"crypto\"' p | grep value", 1, "" },
		{ "grep -q '\"policy\":\"crypto\"' p", 0, "" },
	};

	(void)state;
	COMMANDS(commands);
}

static void test_errors(void **state)
{
	static const struct command errors[] = {
		{ "$SB export --jsonl -", 125, "there is no run here" },
		{ "$SB run -q true; $SB export", 125, "export to what?" },
		{ "$SB export 7 --jsonl -", 125, "7: no such run" },
		{ "$SB export 1 2 --jsonl -", 125, "one RUN" },
		{ "$SB export --jsonl - --folded -", 125, "only one format" },
		{ "$SB export --sqlite -", 125, "name a file" },
		{ "$SB export --sqlite /dev/null", 125, "a file of its own" },
		{ "$SB export --jsonl", 125, "needs a value" },
		{ "$SB export --jsonl no/x", 125, "no/x: cannot be written: No "
		  "such file" },
		{ "$SB export --sqlite no/x", 125, "no/x: cannot be written" },
		{ "mkdir d; $SB export --jsonl d", 125,
		  "d: cannot be written: Is a directory" },
		{ "$SB export --jsonl ''", 125, "cannot be written" },
		{ "$SB export --jsonl /dev/full", 125, "No space left" },
		{ "$SB export --perfetto - > /dev/full", 125, "cannot" },
		{ "$SB export --folded - >&-", 125, "cannot" },
		{ "$SB export --jsonl /dev/null", 0, "" },
		{ "mkfifo f; cat f | grep -c '\"run\"' > n & $SB export "
		  "--jsonl f; wait; grep -q 1 n", 0, "" },
		{ "ls | grep -vE '^(d|f|n)$'", 1, "" },
		/* What was there stays where the new one fails. */
		{ "echo old > x; mkdir e; rm .samebits/000001/*.log; "
		  "$SB export 1 --jsonl x", 125, "no log in this run" },
		{ "grep -qx old x", 0, "" },
		/* As a file that the user makes. */
		{ "$SB run -q true; umask 027; rm x; $SB export --jsonl x; "
		  "stat -c %a x | grep -qx 640", 0, "" },
	};

	(void)state;
	COMMANDS(errors);
}

static void test_full_disk(void **state)
{
	static const char *const formats[] = { "jsonl", "perfetto", "sqlite" };

	(void)state;
	shell("$SB run -q --trace full $VICTIMS_DIR/victim_rand thread; for i "
	      "in 1 2 3; do $SB run -q --trace full sh -c 'i=0; while [ $i -lt "
	      "300 ]; do /bin/true; i=$((i+1)); done'; done");
	for (size_t i = 0; i < 3; i++) {
		outcome_of(&o, "mkdir -p $STORE/full; unshare -rm sh -c 'mount "
			   "-t tmpfs -o size=64k none $STORE/full || exit 99; "
			   "cd $STORE; echo old > full/x; $SB export --%s "
			   "full/x; s=$?; ls full; cat full/x; exit $s'",
			   formats[i]);
		if (o.status == 1 || o.status == 99)
			skip();
		assert_int_equal(o.status, 125);
		assert_non_null(strstr(o.err, "No space left on device"));
		assert_string_equal(o.out, "x\nold\n");
	}
}

/* Ended in the middle. */
static void test_interrupted(void **state)
{
	static const struct command commands[] = {
		{ "$SB run -q --trace full $STORE/draws > /dev/null", 0, "" },
		{ "for f in jsonl perfetto sqlite; do timeout -s INT 0.1 $SB "
		  "export --$f x; [ $? = 124 ] || [ -e x ]; done", 0, "" },
		{ "ls | grep '^x\\.'", 1, "" },
	};

	(void)state;
	shell("printf '#include <stdlib.h>\nint main(void){long n=2000000,s=0;"
	      "while(n--)s+=rand();return s==1;}' | cc -x c - -o draws");
	COMMANDS(commands);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_jsonl),  CASE(test_perfetto),
		CASE(test_perfetto_counters), CASE(test_folded),
		CASE(test_sqlite), CASE(test_crypto),
		CASE(test_errors), CASE(test_full_disk),
		CASE(test_interrupted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
