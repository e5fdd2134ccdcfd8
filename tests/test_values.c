/* SPDX-License-Identifier: MIT */
/* The right values under force, and logs that survive. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness.h"

static struct outcome a, b;

/* The clock starts where SOURCE_DATE_EPOCH says and steps a microsecond. */
static void test_clock(void **state)
{
	(void)state;
	outcome_of(&a, "SOURCE_DATE_EPOCH=86400 $SB run -q --store "
		   "$STORE -- date -u +%%s");
	assert_string_equal(a.out, "86400\n");
	outcome_of(&a, "$SB run -q --store $STORE -- "
		   "$VICTIMS_DIR/victim_clock_gettime main");
	assert_string_equal(a.out, "1\n2\n3\n");
	outcome_of(&a, "$SB run -q --time real --store $STORE -- "
		   "date -u +%%Y");
	outcome_of(&b, "date -u +%%Y");
	assert_string_equal(a.out, b.out);
}

/* A poller with a limit of 5 s sees its child that needs 2 s end. */
static void test_polling_limit(void **state)
{
	(void)state;
	outcome_of(&a,
		   "$SB run -q --store $STORE -- /usr/bin/python3 -c '"
		   "import subprocess, time\n"
		   "p = subprocess.Popen([\"sleep\", \"2\"])\n"
		   "end = time.monotonic() + 5\n"
		   "while p.poll() is None and time.monotonic() < end: pass\n"
		   "print(p.returncode)'");
	assert_string_equal(a.out, "0\n");
}

/* A wait with a deadline neither hangs nor returns at once. */
static void test_deadline(void **state)
{
	(void)state;
	outcome_of(&a,
		   "$SB run -q --store $STORE -- /usr/bin/python3 -c '"
		   "import threading, time\n"
		   "t = time.monotonic()\n"
		   "e = threading.Event()\n"
		   "print(e.wait(0.3), 0.3 <= time.monotonic() - t < 0.4)'");
	assert_string_equal(a.out, "False True\n");
}

static void test_policies(void **state)
{
	(void)state;
	outcome_of(&a, "$SB run -q --observe entropy --store $STORE -- "
		   "$VICTIMS_DIR/victim_getrandom main");
	outcome_of(&b, "$SB run -q --observe getrandom --store $STORE "
		   "-- $VICTIMS_DIR/victim_getrandom main");
	assert_string_not_equal(a.out, b.out);
	outcome_of(&a, "$SB run -q --seed 3 --seeds honour --store "
		   "$STORE -- $VICTIMS_DIR/victim_srand main");
	outcome_of(&b, "$VICTIMS_DIR/victim_srand main");
	assert_string_equal(a.out, b.out);
}

/* The exact count of a source, also where every event is kept. */
static void test_counts(void **state)
{
	static const char *const trace[] = { "sites", "full" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		json_t *report;

		outcome_of(&a, "$SB run -q --trace %s --store $STORE -- "
			   "$VICTIMS_DIR/victim_rand main", trace[i]);
		report = report_newest();
		assert_int_equal(report_calls(report, "rand"), 3);
		json_decref(report);
	}
}

#define ALONE "LD_PRELOAD=$(dirname $SB)/shim/libsamebits.so SAMEBITS=%s "

/* Without a launcher: the same values, addresses and hash seeds. */
static void test_standalone(void **state)
{
	static const char *const program[] = {
		"$VICTIMS_DIR/victim_getrandom main",
		"/usr/bin/python3 -c 'import random; "
		"print(random.random(), hash(str(1)), id(object()))'",
		"perl -e 'my %h = map { $_ => 1 } 1..20; print keys %h'",
		"sh -c 'date; /usr/bin/python3 -c \"import os; "
		"print(os.urandom(4), hash(str(1)))\"'",
	};

	(void)state;
	setenv("SOURCE_DATE_EPOCH", "1000000000", 1);
	/* In 2001 its caches are too young: the first run would write them
	 * anew, and the second find them. */
	setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
	for (size_t i = 0; i < sizeof(program) / sizeof(*program); i++) {
		outcome_of(&a, ALONE "%s", "seed=42,store=$STORE/alone",
			   program[i]);
		assert_int_equal(a.status, 0);
		assert_string_equal(a.err, "");
		outcome_of(&b, "$SB run -q --seed 42 --store $STORE -- %s",
			   program[i]);
		assert_string_equal(a.out, b.out);
	}
	unsetenv("PYTHONDONTWRITEBYTECODE");
	unsetenv("SOURCE_DATE_EPOCH");
	outcome_of(&a, "$SB report --store $STORE/alone");
	assert_int_equal(a.status, 0);
	assert_non_null(strstr(a.out, "getrandom"));
}

/* What nobody else would say. */
static void test_standalone_errors(void **state)
{
	static const struct {
		const char *settings, *err;
	} row[] = {
		{ "seed=42,store=/nonexistent/store",
		  "samebits: /nonexistent/store: cannot make a run here, "
		  "nothing is logged; name another place with "
		  "SAMEBITS=store=DIR\n" },
		{ "sede=42,store=$STORE",
		  "samebits: SAMEBITS: sede=42: not a setting; see README.md\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		outcome_of(&a, ALONE "/bin/echo there", row[i].settings);
		assert_int_equal(a.status, 0);
		assert_string_equal(a.out, "there\n");
		assert_string_equal(a.err, row[i].err);
	}
	/* Without a place for its files it makes none, anywhere. */
	outcome_of(&a, "before=$(ls /); " ALONE "sh -c date > /dev/null; "
		   "test \"$before\" = \"$(ls /)\"", "seed=1");
	assert_int_equal(a.status, 0);
	outcome_of(&a, "cd $STORE && " ALONE "sh -c 'cd /; date' && ls here",
		   "store=here");
	assert_string_equal(strchr(a.out, '\n') + 1, "000001\n");
	outcome_of(&a, "SOURCE_DATE_EPOCH=soon " ALONE "/bin/echo there",
		   "store=$STORE");
	assert_string_equal(a.err, "samebits: SOURCE_DATE_EPOCH=soon: not a "
			    "number of seconds; set it right or unset it\n");
}

/* Addresses that stay random are named. */
static void test_standalone_denied(void **state)
{
	(void)state;
	outcome_of(&a, "$VICTIMS_DIR/denied env " ALONE "/bin/echo there; "
		   "$SB report --store $STORE", "store=$STORE");
	assert_non_null(strstr(a.out, "there\n"));
	assert_non_null(strstr(a.out, "address randomisation could not be "
				      "turned off"));
}

/* A walk through the working directory does not find the runs. */
static void test_store_left_out(void **state)
{
	(void)state;
	outcome_of(&a, "cd $STORE && mkdir .samebits-not d && echo b > d/b && "
		   "$SB run -q -- sh -c 'find . | sort; ls -A .samebits' && "
		   "$SB run -q -- tar c . | md5sum && "
		   "$SB run -q -- tar c . | md5sum && "
		   "$SB audit -q -- ls -A");
	assert_int_equal(a.status, 0);
	assert_null(strstr(a.out, "./.samebits\n"));
	assert_non_null(strstr(a.out, "./.samebits-not\n./d\n./d/b\n"));
	assert_non_null(strstr(a.out, "latest\n")); /* it can be looked into */
	assert_memory_equal(strstr(a.out, "  -\n") - 32,
			    strstr(strstr(a.out, "  -\n") + 1, "  -\n") - 32,
			    32);
	assert_non_null(strstr(a.out, "\n.samebits\n")); /* by audit */
}

/* The order of hash tables follows the seed too. */
static void test_hash_order(void **state)
{
	static const char *const program[] = {
		"/usr/bin/python3 -c 'print({str(i) for i in range(20)})'",
		"perl -e 'my %h = map { $_ => 1 } 1..20; print keys %h'",
	};

	(void)state;
	for (int i = 0; i < 2; i++) {
		outcome_of(&a, "$SB run -q --store $STORE -- %s", program[i]);
		outcome_of(&b, "$SB run -q --store $STORE -- %s", program[i]);
		assert_int_equal(a.status, 0);
		assert_string_equal(a.out, b.out);
		outcome_of(&b, "$SB run -q --seed 7 --store $STORE -- %s",
			   program[i]);
		assert_string_not_equal(a.out, b.out);
	}
}

/* A JVM's frames lead libunwind anywhere. */
static void test_garbage_frame(void **state)
{
	(void)state;
	outcome_of(&a, "$SB run -q --store $STORE -- "
		   "$VICTIMS_DIR/garbage_frame");
	assert_int_equal(a.status, 0);
	assert_string_equal(a.out, "1893456000\n");
}

/* Children made after an exec have other names than those made before it. */
static void test_children_around_exec(void **state)
{
	(void)state;
	outcome_of(&a, "$SB run -q --store $STORE -- sh -c '"
		   "$VICTIMS_DIR/victim_getrandom main; "
		   "exec sh -c \"$VICTIMS_DIR/victim_getrandom main; :\"'");
	assert_int_equal(a.status, 0);
	outcome_of(&b, "$SB report --store $STORE");
	assert_null(strstr(b.out, "could not write a log"));
	outcome_of(&b, "$SB run -q --store $STORE -- sh -c '"
		   "$VICTIMS_DIR/victim_getrandom main; :'");
	assert_memory_equal(a.out, b.out, strlen(b.out));
	assert_string_not_equal(a.out + strlen(b.out), b.out);
}

/* What the variable says and we do not understand is not lost. */
static void test_odd_setting(void **state)
{
	(void)state;
	outcome_of(&a, "lib=$(dirname $SB)/shim/libsamebits.so; "
		   "LD_PRELOAD=$lib SAMEBITS=sede=42,store=$STORE "
		   "$VICTIMS_DIR/victim_rand main; "
		   "$SB report --store $STORE 1");
	assert_non_null(strstr(a.out, "sede=42"));
}

/* `ls -U` of 40 files, in the order named; "": natively. */
static const char *listed(struct outcome *o, const char *order)
{
	if (*order)
		outcome_of(o, "$SB run -q --order %s --store $STORE -- "
			   "ls -U $STORE/names", order);
	else
		outcome_of(o, "ls -U $STORE/names");
	assert_int_equal(o->status, 0);
	return o->out;
}

static void test_orders(void **state)
{
	json_t *report;

	(void)state;
	outcome_of(&a, "mkdir $STORE/names && cd $STORE/names && "
		   "for i in $(seq 40); do : >$i; done; ls -U | LC_ALL=C sort");
	assert_string_equal(a.out, listed(&b, "sorted"));
	outcome_of(&a, "ls -U $STORE/names | LC_ALL=C sort -r");
	assert_string_equal(a.out, listed(&b, "reverse"));
	assert_string_equal(listed(&a, "shuffle:1"), listed(&b, "shuffle:0x1"));
	assert_string_not_equal(a.out, listed(&b, "shuffle:2"));
	assert_string_equal(listed(&a, ""), listed(&b, "disk"));
	report = report_newest();
	assert_string_equal(json_string_value(json_object_get(
				    report_source(report, "readdir"),
				    "policy")), "observe");
	json_decref(report);
	/* Without a launcher. */
	listed(&a, "shuffle:7");
	outcome_of(&b, "LD_PRELOAD=$(dirname $SB)/shim/libsamebits.so "
		   "SAMEBITS=order=shuffle,shuffle=7,store=$STORE "
		   "ls -U $STORE/names");
	assert_string_equal(a.out, b.out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_orders),
		CASE(test_clock),    CASE(test_polling_limit),
		CASE(test_deadline), CASE(test_policies),
		CASE(test_counts),   CASE(test_store_left_out), CASE(test_standalone),
		CASE(test_standalone_errors),
		CASE(test_standalone_denied),
		CASE(test_hash_order), CASE(test_garbage_frame),
		CASE(test_children_around_exec), CASE(test_odd_setting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
