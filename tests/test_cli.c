/* SPDX-License-Identifier: MIT */
/* What bad input gets, and what is handed through. */
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

/* The command's status, and a word that its message must hold. */
static const struct {
	const char *command;
	int status;
	const char *says;
} bad[] = {
	{ "$SB", 125, "Usage" },
	{ "$SB rnu", 125, "did you mean run" },
	{ "$SB run", 125, "PROGRAM" },
	{ "$SB run --sed 3 true", 125, "did you mean --seed" },
	{ "$SB run --seed x true", 125, "not a number" },
	{ "$SB run --seed", 125, "needs a value" },
	{ "$SB run --time=never true", 125, "logical or real" },
	{ "$SB run --trace-limit 3Q true", 125, "not a number" },
	{ "$SB run --force getrandum true", 125, "did you mean" },
	{ "$SB run --store $STORE nosuchprogram", 127, "not found" },
	{ "$SB run --store $STORE ./nosuchprogram", 127, "not found" },
	{ "$SB run --store $STORE /etc/passwd", 126, "executable" },
	{ "$SB run --store $STORE /tmp", 126, "executable" },
	{ "$SB run --store $STORE $VICTIMS_DIR/static_program", 125,
	  "statically linked" },
	{ "$SB run --partial --store $STORE $VICTIMS_DIR/static_program",
	  4, "without the shim" },
	{ "$SB run --store /proc/nowhere true", 125, "--store" },
	{ "$SB report --store $STORE 77", 125, "no such run" },
	{ "$SB report --store $STORE/none", 125, "no run here" },
	{ "$SB report --sites x --store $STORE", 125, "not a number" },
	{ "$SB list --store $STORE/none", 125, "--store" },
};

static void test_bad_input(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		outcome_of(&o, "%s", bad[i].command);
		if (o.status != bad[i].status || !strstr(o.err, bad[i].says))
			fail_msg("%s: status %d, not %d; said: %s",
				 bad[i].command, o.status, bad[i].status,
				 o.err);
	}
	/* Nothing half-written: only the --partial run is there. */
	outcome_of(&o, "ls $STORE | grep -c '^0'");
	assert_string_equal(o.out, "1\n");
}

static void test_status(void **state)
{
	(void)state;
	outcome_of(&o, "$SB run -q --store $STORE sh -c 'exit 7'");
	assert_int_equal(o.status, 7);
	outcome_of(&o, "$SB run -q --store $STORE sh -c 'kill -9 $$'");
	assert_int_equal(o.status, 137);
	outcome_of(&o, "$SB run --store $STORE true");
	assert_int_equal(o.status, 0);
	assert_non_null(strstr(o.err, "sources"));
	assert_string_equal(o.out, "");
}

static void test_signal_forwarded(void **state)
{
	(void)state;
	outcome_of(&o,
		   "$SB run -q --store $STORE sh -c "
		   "'trap \"echo got; exit 3\" TERM; echo up; "
		   "while :; do sleep 0.05; done' > $STORE/out & p=$!; "
		   "while ! grep -q up $STORE/out; do sleep 0.05; done; "
		   "kill -TERM $p; wait $p; s=$?; cat $STORE/out; exit $s");
	assert_int_equal(o.status, 3);
	assert_string_equal(o.out, "up\ngot\n");
}

static void test_help(void **state)
{
	static const char *const verbs[] = { "", "run", "audit", "report",
					     "list", "sources" };

	(void)state;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		outcome_of(&o, "$SB %s --help", verbs[i]);
		assert_int_equal(o.status, 0);
		assert_non_null(strstr(o.out, "Usage: samebits"));
	}
}

/* A log is damaged: what is whole is read, and what is not is said. */
static void test_damaged_log(void **state)
{
	(void)state;
	outcome_of(&o, "$SB run -q --store $STORE date && "
		   "cd $STORE/latest/ && for l in *.log; do "
		   "truncate -s 20000 $l; done && "
		   "$SB report --store $STORE");
	assert_int_equal(o.status, 0);
	assert_non_null(strstr(o.out, "notes"));
	outcome_of(&o, "cd $STORE/latest/ && for l in *.log; do "
		   "echo foreign > $l; done; "
		   "$SB report --store $STORE");
	assert_non_null(strstr(o.out, "notes"));
}

static void test_environment_clean(void **state)
{
	(void)state;
	outcome_of(&o, "$SB run -q --store $STORE env");
	assert_null(strstr(o.out, "SAMEBITS="));
	assert_null(strstr(o.out, "libsamebits"));
	outcome_of(&o, "$SB run -q --store $STORE sh -c 'env -i env'");
	assert_string_equal(o.out, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_bad_input),	     CASE(test_status),
		CASE(test_signal_forwarded), CASE(test_help),
		CASE(test_damaged_log),	     CASE(test_environment_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
