/* SPDX-License-Identifier: MIT */
/* What a run's programs write and which files they open: in the log, the same
 * in each run, and true. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../tools/reader.h"
#include "harness.h"

static struct outcome a, b;

static void start(struct rundir *run, const char *verb, const char *command)
{
	char dir[128];

	outcome_of(&a, "cd $STORE; $SB %s -q --trace full --store st -- %s",
		   verb, command);
	if (a.status)
		fail_msg("%s: status %d: %s", command, a.status, a.err);
	snprintf(dir, sizeof(dir), "%s/st/latest", getenv("STORE"));
	assert_int_equal(rundir_open(run, dir), 0);
	assert_false(run->damaged);
}

struct write {
	const char *to;
	uint64_t value, length;
	const struct log *log;
	const struct sb_site *site;
};

#define WRITES 32768
struct writes {
	struct write at[WRITES];
	size_t n;
};
static struct writes one, other;

static void collect_thread(struct writes *w, const struct log *log,
			   uint32_t thread)
{
	const struct sb_event *e;
	struct events it;

	events_start(&it, log, thread);
	while ((e = events_next(&it))) {
		const struct source_name *s = &log->source[e->source];

		if (strcmp(s->group, SB_OUTPUT))
			continue;
		assert_true(w->n < WRITES);
		w->at[w->n++] = (struct write){
			s->name, e->value, e->length, log,
			log_site(log, event_counter(log, e)->site)
		};
	}
}

static void collect(struct writes *w, const struct rundir *run)
{
	w->n = 0;
	for (size_t i = 0; i < run->nlogs; i++)
		for (uint32_t t = 1; t <= run->log[i].nthreads; t++)
			collect_thread(w, &run->log[i], t);
}

static uint64_t bytes_to(const struct writes *w, const char *name)
{
	uint64_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		if (!strcmp(w->at[i].to, name))
			n += w->at[i].length;
	return n;
}

/* Each way of writing the same makes the same event, whatever the buffer. */
static void test_ways(void **state)
{
	static const char *const buffers[] = { "full", "line", "none" };
	char list[8192] = "", kind[16], name[32], command[256];
	struct write first = { .to = "" };
	char last[16] = "";

	(void)state;
	outcome_of(&a, "$VICTIMS_DIR/writes list");
	memcpy(list, a.out, sizeof(list) - 1);
	for (char *line = list; *line; line = strchr(line, '\n') + 1)
		for (int i = 0; i < 3; i++) {
			struct rundir run;

			assert_int_equal(sscanf(line, "%15s %31s", kind, name),
					 2);
			if (!strcmp(kind, "deep"))
				continue;
			snprintf(command, sizeof(command),
				 "$VICTIMS_DIR/writes %s %s", name,
				 buffers[i]);
			start(&run, i % 2 ? "audit" : "run", command);
			outcome_of(&b, "%s", command);
			assert_string_equal(a.out, b.out);
			assert_true(*a.out);
			collect(&one, &run);
			if (one.n != 1 || strcmp(one.at[0].to, "stdout"))
				fail_msg("%s: %zu events", command, one.n);
			if (strcmp(kind, last))
				first = one.at[0];
			strcpy(last, kind);
			if (one.at[0].length != strlen(a.out))
				fail_msg("%s: %llu bytes", command,
					 (unsigned long long)one.at[0].length);
			/* Of formatted wide ones only the length is known. */
			if (one.at[0].value != first.value &&
			    !strstr(name, "wprintf"))
				fail_msg("%s: another digest", command);
			if (!strcmp(kind, "line") && !one.at[0].value)
				fail_msg("%s: no digest", command);
			rundir_close(&run);
		}
}

static const struct program {
	const char *command;
	bool error, file; /* writes there, too */
} programs[] = {
	{ "$VICTIMS_DIR/writes_cc $STORE/file", true, true },
	{ "$VICTIMS_DIR/draws", false, false },
	{ "/usr/bin/python3 -c 'import sys; print(\"abc\" * 50000); "
	  "sys.stderr.write(\"d\\n\"); "
	  "open(\"file\", \"wb\").write(b\"e\" * 3000)'", true, true },
	{ "/usr/bin/python3 -c 'import os; "
	  "os.writev(1, [b\"abc\", b\"def\\n\"]); os.pwrite(os.open(\"file\", "
	  "os.O_CREAT | os.O_WRONLY), b\"x\", 0)'", false, true },
	{ "sh -c 'echo a; echo b >&2; echo c >file; cat /etc/passwd >&3' 3>&1", true,
	  true },
	{ "awk 'BEGIN { for (i = 0; i < 5000; i++) print i; printf(\"x\\n\") "
	  ">\"file\" }'", false, true },
	{ "perl -e 'print \"a\\n\" x 9000; print STDERR \"b\"; "
	  "open(F, \">file\"); print F \"c\"; close(F)'", true, true },
};

static void check_bytes(const struct program *p, const char *to, uint64_t n)
{
	if (bytes_to(&one, to) != n)
		fail_msg("%s: %llu bytes to %s, not %llu", p->command,
			 (unsigned long long)bytes_to(&one, to), to,
			 (unsigned long long)n);
}

/* Every byte that comes out is in an event: C++, Fortran, Python, shells. */
static void test_all_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		const struct program *p = &programs[i];
		char name[128];
		struct rundir run;
		struct stat st = { 0 };

		snprintf(name, sizeof(name), "%s/file", getenv("STORE"));
		unlink(name);
		start(&run, "run", p->command);
		collect(&one, &run);
		stat(name, &st);
		assert_true(*a.out);
		/* The harness reads no more of it than this. */
		if (strlen(a.out) < sizeof(a.out) - 1)
			check_bytes(p, "stdout", strlen(a.out));
		check_bytes(p, "stderr", strlen(a.err));
		check_bytes(p, "file", (uint64_t)st.st_size);
		assert_int_equal(*a.err != 0, p->error);
		assert_int_equal(st.st_size != 0, p->file);
		rundir_close(&run);
	}
}

/* Two runs write the same log. */
static void test_repeats(void **state)
{
	struct rundir x, y;

	(void)state;
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		start(&x, "run", programs[i].command);
		start(&y, "run", programs[i].command);
		collect(&one, &x);
		collect(&other, &y);
		assert_int_equal(one.n, other.n);
		assert_true(one.n > 0);
		for (size_t k = 0; k < one.n; k++) {
			assert_string_equal(one.at[k].to, other.at[k].to);
			assert_int_equal(one.at[k].value, other.at[k].value);
			assert_int_equal(one.at[k].length, other.at[k].length);
		}
		rundir_close(&x);
		rundir_close(&y);
	}
}

static json_t *sites(void)
{
	char arguments[256];
	json_t *report, *list;

	snprintf(arguments, sizeof(arguments), "report --json --store %s/st",
		 getenv("STORE"));
	report = json_of(arguments);
	list = json_incref(json_object_get(report_source(report, "stdout"),
					   "sites"));
	json_decref(report);
	return list;
}

/* With no source that differs, the first write that does has its stack. */
static void test_first_difference(void **state)
{
	const char *function = NULL;
	json_t *mine, *theirs;
	struct rundir x, y;

	(void)state;
	start(&x, "audit", "$VICTIMS_DIR/garbage_byte");
	mine = sites();
	start(&y, "audit", "$VICTIMS_DIR/garbage_byte");
	theirs = sites();
	collect(&one, &x);
	collect(&other, &y);
	assert_int_equal(one.n, 3);
	assert_int_equal(other.n, 3);
	assert_int_equal(one.at[0].value, other.at[0].value);
	assert_int_not_equal(one.at[1].value, other.at[1].value);
	assert_int_equal(one.at[1].site->hash, other.at[1].site->hash);
	assert_int_equal(one.at[2].value, other.at[2].value);
	for (size_t i = 0; i < 3; i++) {
		json_t *m = json_array_get(mine, i);
		json_t *t = json_array_get(theirs, i);

		if (json_equal(json_object_get(m, "digest"),
			       json_object_get(t, "digest")))
			continue;
		assert_null(function);
		function = json_string_value(json_object_get(
			json_array_get(json_object_get(m, "frames"), 0),
			"function"));
	}
	assert_string_equal(function, "leak");
	json_decref(mine);
	json_decref(theirs);
	rundir_close(&x);
	rundir_close(&y);
}

/* CPython gives its lock away when it writes: in a full trace its lines are
 * asked for. */
static void test_python_lines(void **state)
{
	static const char *const lines[] = { "first", "second" };
	struct rundir run;
	json_t *list;

	(void)state;
	start(&run, "run", "/usr/bin/python3 -c 'import os, threading\n"
	      "def first(): os.write(1, b\"a\")\n"
	      "def second(): print(\"b\" * 100000, flush=True)\n"
	      "t = threading.Thread(target=first)\n"
	      "t.start(); t.join(); second()'");
	list = sites();
	for (size_t i = 0; i < 2; i++) {
		bool found = false;
		json_t *site;
		size_t k;

		json_array_foreach(list, k, site) {
			const char *name = json_string_value(json_object_get(
				json_array_get(json_object_get(site, "lines"),
					       0), "function"));

			found |= name && !strcmp(name, lines[i]);
		}
		if (!found)
			fail_msg("no write by %s()", lines[i]);
	}
	json_decref(list);
	rundir_close(&run);
}

/* Places without end: all bytes are counted, and sources keep their places. */
static void test_deep(void **state)
{
	struct rundir run;

	(void)state;
	start(&run, "run", "$VICTIMS_DIR/writes deep");
	collect(&one, &run);
	assert_int_equal(one.n, 20000);
	assert_int_equal(bytes_to(&one, "stdout"), 20000);
	for (size_t i = 0; i < run.nlogs; i++)
		assert_int_equal(run.log[i].head.flags, 0);
	rundir_close(&run);
}

/* Descriptors that change what they are, pipes between processes, and the run's
 * own output under other numbers. */
static void test_where_to(void **state)
{
	struct rundir run;

	(void)state;
	start(&run, "run",
	      "/usr/bin/python3 -c 'import os, socket\n"
	      "os.write(1, b\"1\")\n"
	      "f = os.open(\"f\", os.O_CREAT | os.O_WRONLY)\n"
	      "kept = os.dup(1)\n"
	      "os.dup2(f, 1)\n"
	      "os.write(1, b\"22\")\n"
	      "os.write(kept, b\"333\")\n"
	      "n = os.dup(f); os.write(n, b\"4444\"); os.close(n)\n"
	      "a, b = socket.socketpair(); os.write(a.fileno(), b\"no\")\n"
	      "r, w = os.pipe(); os.write(w, b\"no\")\n"
	      "os.write(os.open(\"/dev/null\", os.O_WRONLY), b\"no\")'");
	collect(&one, &run);
	assert_int_equal(bytes_to(&one, "stdout"), 1 + 3);
	assert_int_equal(bytes_to(&one, "file"), 2 + 4);
	rundir_close(&run);
	start(&run, "run", "sh -c 'echo abc | cat >/dev/null; "
	      "echo de | tr d e | cat; echo f >&2 2>/dev/null'");
	collect(&one, &run);
	assert_int_equal(bytes_to(&one, "stdout"), 3);
	assert_int_equal(bytes_to(&one, "stderr"), 2);
	rundir_close(&run);
	start(&run, "run", "/usr/bin/python3 -c 'import os; "
	      "os.write(os.open(\"/dev/null\", os.O_WRONLY), b\"no\"); "
	      "os.write(1, b\"yes\")' >/dev/null");
	collect(&one, &run);
	assert_int_equal(bytes_to(&one, "stdout"), 3);
	rundir_close(&run);
	/* One place for both */
	start(&run, "run", "sh -c 'echo abc; echo d >&2' 2>&1");
	collect(&one, &run);
	assert_int_equal(bytes_to(&one, "stdout") + bytes_to(&one, "stderr"),
			 4 + 2);
	rundir_close(&run);
}

/* They are no sources: not counted, not listed, not to be denied. */
static void test_no_sources(void **state)
{
	static const struct command refused[] = {
		{ "$SB run -q --store s --deny stdout -- true", 125, "stdout" },
		{ "$SB run -q --store s --observe output -- true", 125,
		  "output" },
	};
	json_t *report;

	(void)state;
	COMMANDS(refused);
	outcome_of(&a, "$SB run --store $STORE -- "
		   "$VICTIMS_DIR/writes write");
	report = report_newest();
	assert_null(strstr(a.err, "1 observed"));
	assert_int_equal(report_calls(report, "stdout"), 1);
	assert_int_equal(json_array_size(json_object_get(report, "writes")), 1);
	json_decref(report);
	outcome_of(&a, "$SB report --store $STORE");
	assert_non_null(strstr(a.out, "\nwrites\n  stdout "));
	outcome_of(&a, "$SB sources");
	assert_null(strstr(a.out, "stdout"));
}

/* What makes keys may write them: no digest is kept. */
static void test_keys(void **state)
{
	struct rundir run;

	(void)state;
	start(&run, "run", "openssl rand -hex 16");
	collect(&one, &run);
	assert_true(one.n > 0);
	assert_int_equal(bytes_to(&one, "stdout"), 33);
	for (size_t i = 0; i < one.n; i++)
		if (one.at[i].length > 1)
			assert_int_equal(one.at[i].value, 0);
	rundir_close(&run);
}

/* ---- files ---- */

struct opened {
	const char *name, *to; /* in $STORE, or absolute */
	uint32_t use;
};

static bool is_name(const char *path, const char *name)
{
	char full[256];

	if (*name != '/') {
		snprintf(full, sizeof(full), "%s/%s", getenv("STORE"), name);
		name = full;
	}
	return !strcmp(path, name);
}

static unsigned times_opened(const struct rundir *run, const struct opened *o)
{
	unsigned n = 0;

	for (size_t i = 0; i < run->nlogs; i++)
		for (size_t k = 0; k < run->log[i].nfiles; k++) {
			const struct sb_file *f = run->log[i].file[k];
			const char *to = f->text + strlen(f->text) + 1;

			n += f->use == o->use && is_name(f->text, o->name) &&
			     (!o->to || is_name(to, o->to));
		}
	return n;
}

static unsigned times_named(const struct rundir *run, const char *name)
{
	unsigned n = 0;

	for (size_t i = 0; i < run->nlogs; i++)
		for (size_t k = 0; k < run->log[i].nfiles; k++)
			n += is_name(((const struct sb_file *)
				      run->log[i].file[k])->text, name);
	return n;
}

static void test_files(void **state)
{
	static const char program[] =
		"/usr/bin/python3 -c 'import os, tempfile\n"
		"open(\"in\").read()\n"
		"open(\"in\").read()\n"
		"open(\"sub/../sub/in\").read()\n"
		"open(\"new\", \"w\").write(\"x\")\n"
		"open(\"old\", \"w\").write(\"x\")\n"
		"open(\"more\", \"a\").write(\"x\")\n"
		"open(\"both\", \"r+\").write(\"x\")\n"
		"os.rename(\"new\", \"sub/../renamed\")\n"
		"os.link(\"old\", \"linked\")\n"
		"os.rename(\"sub\", \"moved\")\n"
		"os.chdir(\"moved\"); open(\"in\").read()\n"
		"os.rename(\"in\", \"../out\")\n"
		"for i in range(3):\n"
		"    f = tempfile.NamedTemporaryFile(dir=\".\")\n"
		"    f.close()\n"
		"    f = open(\"again\", \"w\"); f.close()\n"
		"    os.unlink(\"again\")\n"
		"    open(\"takes its number %d\" % i, \"w\").close()\n"
		"open(\"/proc/self/stat\").read()\n"
		"open(\"/dev/null\", \"w\").write(\"x\")\n"
		"os.open(\"/dev/urandom\", os.O_RDONLY)\n"
		"os.open(\".\", os.O_RDONLY)\n"
		"open(os.environ[\"STORE\"] + \"/st/x\", \"w\")\n"
		"'";
	static const struct opened opened[] = {
		{ "in", NULL, SB_READ },
		{ "sub/in", NULL, SB_READ },
		{ "new", NULL, SB_WRITTEN | SB_FRESH },
		{ "old", NULL, SB_WRITTEN | SB_FRESH },
		{ "more", NULL, SB_WRITTEN },
		{ "both", NULL, SB_READ | SB_WRITTEN },
		{ "new", "renamed", SB_RENAMED },
		{ "old", "linked", SB_RENAMED },
		{ "sub", "moved", SB_RENAMED },
		{ "moved/in", NULL, SB_READ },
		{ "moved/in", "out", SB_RENAMED },
		{ "moved/again", NULL, SB_WRITTEN | SB_FRESH },
	};
	static const char *const absent[] = { "/proc/self/stat", "/dev/null",
					      "/dev/urandom", "moved",
					      "st/x" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct rundir run;
		char dir[128];

		outcome_of(&a, "cd $STORE && rm -rf * && mkdir -p sub st && "
			   "echo a | tee in sub/in old more >both && "
			   "$SB %s -q --store st -- %s",
			   i ? "audit" : "run", program);
		if (a.status)
			fail_msg("status %d: %s", a.status, a.err);
		snprintf(dir, sizeof(dir), "%s/st/latest", getenv("STORE"));
		assert_int_equal(rundir_open(&run, dir), 0);
		for (size_t k = 0; k < sizeof(opened) / sizeof(*opened); k++)
			if (times_opened(&run, &opened[k]) != 1)
				fail_msg("%s, use %u: %u times",
					 opened[k].name, opened[k].use,
					 times_opened(&run, &opened[k]));
		for (size_t k = 0; k < sizeof(absent) / sizeof(*absent); k++)
			if (times_named(&run, absent[k]))
				fail_msg("%s is there", absent[k]);
		rundir_close(&run);
	}
}

/* Of what was inherited, of special files, of a child. */
static void test_inherited(void **state)
{
	const struct opened in = { "in", NULL, SB_READ };
	const struct opened out = { "out", NULL, SB_WRITTEN | SB_FRESH };
	const struct opened child = { "child", NULL, SB_WRITTEN | SB_FRESH };
	const struct opened fifo = { "fifo", NULL, SB_WRITTEN };
	struct rundir run;

	(void)state;
	outcome_of(&a, "cd $STORE && echo a >in && mkfifo fifo");
	start(&run, "run", "sh -c 'cat <fifo & echo x >fifo; wait; "
	      "/bin/echo b >child' <in >out");
	assert_true(times_opened(&run, &in) >= 1);
	assert_int_equal(times_opened(&run, &out), 1);
	assert_true(times_opened(&run, &child) >= 1);
	assert_int_equal(times_opened(&run, &fifo), 1);
	rundir_close(&run);
}

/* More files than the first table holds, each once, whoever comes first. */
static void test_many_files(void **state)
{
	static const char program[] =
		"/usr/bin/python3 -c 'import threading\n"
		"def work():\n"
		"    for i in range(3000): open(\"n%d\" % i, \"a\").close()\n"
		"t = [threading.Thread(target=work) for _ in range(4)]\n"
		"[x.start() for x in t]; [x.join() for x in t]'";
	struct rundir run;
	char name[16];

	(void)state;
	start(&run, "run", program);
	for (int i = 0; i < 3000; i++) {
		const struct opened o = { name, NULL, SB_WRITTEN | SB_FRESH };

		snprintf(name, sizeof(name), "n%d", i);
		assert_int_equal(times_opened(&run, &o), 1);
	}
	rundir_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_ways),	     CASE(test_all_bytes),
		CASE(test_repeats),	     CASE(test_first_difference),
		CASE(test_python_lines),    CASE(test_deep),
		CASE(test_where_to),
		CASE(test_no_sources),
		CASE(test_keys),	     CASE(test_files),
		CASE(test_inherited),	     CASE(test_many_files),
	};

	setenv("LC_ALL", "C", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
