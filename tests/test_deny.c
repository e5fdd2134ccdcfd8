/* SPDX-License-Identifier: MIT */
/* Calls that end a run, and those that may pass all the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness.h"

static struct outcome o;

static const char *const verbs[] = { "run", "audit" };

static json_t *denied(size_t i)
{
	json_t *report = report_newest();
	json_t *d = json_incref(json_array_get(
		json_object_get(report, "denied"), i));

	json_decref(report);
	return d;
}

static void says(const char *word)
{
	if (!strstr(o.err, word))
		fail_msg("does not say %s: %s", word, o.err);
}

/* From wherever it is called. */
static void test_contexts(void **state)
{
	static const char *const contexts[] = {
		"main", "constructor", "signal", "thread", "fork",
		"vfork", "spawn", "system", "local", "dlsym",
	};

	(void)state;
	for (int v = 0; v < 2; v++)
		for (size_t i = 0; i < sizeof(contexts) / sizeof(char *); i++) {
			json_t *d;

			outcome_of(&o, "$SB %s -q --deny=time --store $STORE "
				   "-- $VICTIMS_DIR/victim_time %s; s=$?; "
				   "echo end; exit $s", verbs[v], contexts[i]);
			if (o.status != 125)
				fail_msg("%s: status %d: %s", contexts[i],
					 o.status, o.err);
			assert_string_equal(o.out, "end\n");
			says("samebits: time is denied, and was called by ");
			says("victim at ");
			says("time.c:");
			d = denied(0);
			assert_string_equal(json_string_value(json_object_get(
						    d, "source")), "time");
			json_decref(d);
		}
}

/* A vfork child borrows its parent's memory; both end. */
static void test_vfork_child(void **state)
{
	(void)state;
	outcome_of(&o, "$SB run -q --deny=getpid --store $STORE -- "
		   "$HAZARDS_DIR/hazard_processes vfork_calls");
	assert_int_equal(o.status, 125);
	says("getpid is denied");
	assert_null(strstr(o.out, "ok"));
}

/* The event is written, once, with its policy. */
static void test_event(void **state)
{
	static const char *const trace[] = { "sites", "full" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		json_t *report, *source;

		outcome_of(&o, "$SB run -q --deny=getrandom --trace=%s --store "
			   "$STORE -- $VICTIMS_DIR/victim_getrandom main",
			   trace[i]);
		report = report_newest();
		source = report_source(report, "getrandom");
		assert_int_equal(report_calls(report, "getrandom"), 1);
		assert_string_equal(json_string_value(json_object_get(
					    source, "policy")), "deny");
		json_decref(report);
		outcome_of(&o, "$SB report --store $STORE && "
			   "$SB list --store $STORE");
		assert_non_null(strstr(o.out, "denied: this ended the run"));
		assert_non_null(strstr(o.out, "   125  "));
	}
}

/* All of the run ends, also what runs in the background, and nobody else. */
static void test_others_end(void **state)
{
	(void)state;
	outcome_of(&o, "sleep 7654 & other=$!; "
		   "$SB run -q --deny=clock@date --store $STORE -- sh -c '"
		   "sleep 4567 & setsid sleep 4568 & "
		   "(sleep 4569; echo on) & sleep 0.3; date; echo after'; "
		   "s=$?; sleep 0.1; ps -eo args | grep '^[s]leep 456[789]'; "
		   "kill $other && echo alive; exit $s");
	assert_int_equal(o.status, 125);
	assert_string_equal(o.out, "alive\n");
	says("called by /usr/bin/date");
}

/* A number on the board that belongs to somebody else by now. */
static void test_reused_number(void **state)
{
	(void)state;
	outcome_of(&o, "sleep 7653 & export other=$!; "
		   "$SB run -q --deny=clock@date --store $STORE -- sh -c '"
		   "/usr/bin/python3 -c \"import os, struct\n"
		   "f = open(os.environ[\\\"STORE\\\"] + \\\"/latest/board\\\", "
		   "\\\"r+b\\\")\n"
		   "f.seek(8 + 4 + 4)\n"
		   "n, = struct.unpack(\\\"I\\\", f.read(4))\n"
		   "f.seek(16); f.write(struct.pack(\\\"I\\\", n + 1))\n"
		   "f.seek(64 + 256 * n + 16)\n"
		   "f.write(struct.pack(\\\"III\\\", int(os.environ["
		   "\\\"other\\\"]), 0, 2))\n\" && date'; "
		   "s=$?; kill $other && echo alive; exit $s");
	assert_int_equal(o.status, 125);
	assert_string_equal(o.out, "alive\n");
}

/* By the caller's object, by a group, by a pattern, by what is further out. */
static void test_rules(void **state)
{
	static const struct {
		const char *rule;
		int status;
	} rules[] = {
		{ "time", 125 },
		{ "clock", 125 },
		{ "*", 125 },
		{ "t?me", 125 },
		{ "rand,time", 125 },
		{ "time@victim_time", 125 },
		{ "time@victim_*", 125 },
		{ "time@/*/victim_time", 125 },
		{ "time@victim()", 125 },
		{ "time@@libc.so.6", 125 },
		{ "time@@libc.so.6@victim_time", 125 },
		{ "time@@__libc_start_main()", 125 },
		{ "time@libc.so.6", 0 },
		{ "time@victim_tim", 0 },
		{ "time@victim_time:12", 0 },
		{ "time@@libc.so.6@other", 0 },
		{ "time@<interpreter>", 0 },
		{ "getrandom", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		outcome_of(&o, "$SB run -q '--deny=%s' --store $STORE -- "
			   "$VICTIMS_DIR/victim_time main", rules[i].rule);
		if (o.status != rules[i].status)
			fail_msg("%s: status %d: %s", rules[i].rule, o.status,
				 o.err);
	}
}

/* Where two calls differ only further out, a rule sees which is which. */
static void test_exact(void **state)
{
	(void)state;
	outcome_of(&o, "cd $STORE && printf 'import time\\n"
		   "def now(): return time.time()\\n"
		   "def good(): return now()\\n"
		   "def bad(): return now()\\n"
		   "for f in [good] * 9 + [bad]: f(); print(f.__name__, "
		   "flush=True)\\n' > job.py && "
		   "$SB audit -q --deny='clock_gettime@@bad()' -- "
		   "/usr/bin/python3 job.py | sort | uniq -c; exit 0");
	assert_string_equal(o.out, "      9 good\n");
	says("now at ");
	says("bad at ");
}

/* Without a launcher. */
static void test_standalone(void **state)
{
	(void)state;
	outcome_of(&o, "cd $STORE; echo 'time@victim_time  # known' > s; "
		   "export LD_PRELOAD=$(dirname $SB)/shim/libsamebits.so; "
		   "SAMEBITS=store=$STORE/a,deny=time "
		   "$VICTIMS_DIR/victim_time main");
	assert_int_equal(o.status, 125);
	says("samebits: time is denied, and was called from\n");
	says("victim_time+0x");
	outcome_of(&o, "cd $STORE; "
		   "export LD_PRELOAD=$(dirname $SB)/shim/libsamebits.so; "
		   "SAMEBITS=store=$STORE/b,deny=time%%2cgetrandom,suppress=s "
		   "$VICTIMS_DIR/victim_time system");
	assert_int_equal(o.status, 0);
	assert_string_equal(o.err, "");
	outcome_of(&o, "$SB report --store $STORE/b");
	assert_non_null(strstr(o.out, "time@victim_time  # known"));
}

/* They pass with their usual value, are counted, and named when unused. */
static void test_suppressed(void **state)
{
	json_t *report, *list;

	(void)state;
	outcome_of(&o, "cd $STORE && printf '# known\\n\\n"
		   "  time@victim_time\\t# it prints the date\\r\\n"
		   "clock@nobody #never' > s && "
		   "$SB run --deny=time --suppress s -- "
		   "$VICTIMS_DIR/victim_time fork && "
		   "$SB run -q --deny=time --suppress=s --store $STORE -- "
		   "$VICTIMS_DIR/victim_time main");
	assert_int_equal(o.status, 0);
	assert_non_null(strstr(o.out, "1893456000\n"));
	says("s:4: not used: clock@nobody  # never\n");
	assert_null(strstr(o.err, "s:3"));
	report = report_newest();
	list = json_object_get(report, "suppressions");
	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(list, 0), "reason")),
			    "it prints the date");
	assert_int_equal(json_integer_value(json_object_get(
				 json_array_get(list, 0), "calls")),
			 report_calls(report, "time"));
	assert_int_equal(json_integer_value(json_object_get(
				 report_source(report, "time"),
				 "suppressed_calls")),
			 report_calls(report, "time"));
	json_decref(report);
	outcome_of(&o, "$SB report --store $STORE");
	assert_non_null(strstr(o.out, "denied, but for a suppression"));
}

/* CPython's start and end in one line; the program's own call is still seen. */
static void test_interpreter(void **state)
{
	(void)state;
	outcome_of(&o, "cd $STORE; echo '*@<interpreter> # it starts and ends' "
		   "> s; echo 'clock@@PyThread_acquire_lock*() # its locks' >> "
		   "s; echo 'print(1)' > good.py; "
		   "echo 'import time; time.time()' > bad.py; "
		   "for p in /usr/bin/python3 ~/.pyenv/versions/3.9.*/bin/"
		   "python3 ~/.pyenv/versions/3.1*/bin/python3; do "
		   "[ -x $p ] || continue; for d in clock entropy; do "
		   "$SB run -q --deny=$d --suppress s -- $p good.py || "
		   "echo $p: $?; done; "
		   "$SB run -q --deny=clock --suppress s -- $p bad.py 2> err; "
		   "grep -q '<module> at .*/bad.py:1' err || cat err; done");
	if (strspn(o.out, "1\n") != strlen(o.out))
		fail_msg("%s%s", o.out, o.err);
}

struct row {
	const char *text; /* of the file, or of --deny */
	const char *says;
};

static void test_bad_rules(void **state)
{
	static const struct row rows[] = {
		{ "tmie", "did you mean time" },
		{ "", "at character 1" },
		{ "time,", "--deny : at character 1: a source or group" },
		{ "@date", "must come first" },
		{ "time@", "at character 6: a place is missing" },
		{ "time@@", "at character 7: a place is missing" },
		{ "time@()", "a place is missing" },
		{ "ti me", "letters, digits" },
		{ "nothing*", "no source or group is called nothing*" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		outcome_of(&o, "$SB run '--deny=%s' --store $STORE -- "
			   "echo ran", rows[i].text);
		assert_int_equal(o.status, 125);
		assert_string_equal(o.out, "");
		says(rows[i].says);
	}
	outcome_of(&o, "$SB run --deny=time@$(printf %%0600d 1) true");
	assert_int_equal(o.status, 125);
	says("longer than 511");
}

/* File, line, column, what is wrong; and nothing is started. */
static void test_bad_files(void **state)
{
	static const struct row rows[] = {
		{ "time@date", "s:1:10: the reason is missing" },
		{ "# fine\\n\\n time  #  ", "s:3:8: the reason is missing" },
		{ "time why", "s:1:6: after the rule only # and a reason" },
		{ "\\t tmie@x # y", "s:1:3: no source or group is called tmie; "
				    "did you mean time?" },
		{ "time@@ # y", "s:1:7: a place is missing" },
		{ "time@x@ # y", "s:1:8: a place is missing" },
		{ "@x # y", "s:1:1: a source or group must come first" },
		{ "ti-me # y", "s:1:3: a source" },
		{ "time # y\\000z", "s:1:1: a byte 0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		outcome_of(&o, "cd $STORE && printf '%s' > s && "
			   "$SB run --deny=time --suppress s -- echo ran",
			   rows[i].text);
		if (o.status != 125)
			fail_msg("%s: status %d", rows[i].text, o.status);
		assert_string_equal(o.out, "");
		says(rows[i].says);
	}
	outcome_of(&o, "ls $STORE/.samebits");
	assert_int_not_equal(o.status, 0);
}

static void test_no_file(void **state)
{
	static const struct row rows[] = {
		{ "--deny=time --suppress nowhere", "No such file" },
		{ "--deny=time --suppress .", "Is a directory" },
		{ "--deny=time --suppress long", "longer than" },
		{ "--deny=time --suppress many", "many:257:1: more than 256" },
		{ "--suppress many", "add --deny" },
	};

	(void)state;
	outcome_of(&o, "cd $STORE && head -c 70000 /dev/zero > long && "
		   "for i in $(seq 257); do echo 'time # y'; done > many");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		outcome_of(&o, "cd $STORE && $SB run %s -- echo ran",
			   rows[i].text);
		if (o.status != 125 || o.out[0])
			fail_msg("%s: status %d", rows[i].text, o.status);
		says(rows[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_contexts),	  CASE(test_vfork_child),
		CASE(test_event),	  CASE(test_others_end),
		CASE(test_reused_number), CASE(test_rules),
		CASE(test_exact),	  CASE(test_standalone),
		CASE(test_suppressed),	  CASE(test_interpreter),
		CASE(test_bad_rules),	  CASE(test_bad_files),
		CASE(test_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
