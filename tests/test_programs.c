/* SPDX-License-Identifier: MIT */
/* Real programs: five controlled runs, one result. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness.h"

static struct outcome first, next;

static void five(const char *program, bool differs)
{
	outcome_of(&first, "$SB run -q --store $STORE -- %s", program);
	if (first.status || !first.out[0])
		fail_msg("%s: status %d: %s", program, first.status,
			 first.err);
	for (int i = 0; i < 4; i++) {
		outcome_of(&next, "$SB run -q --store $STORE -- %s",
			   program);
		assert_string_equal(first.out, next.out);
	}
	if (!differs)
		return;
	outcome_of(&first, "%s", program);
	outcome_of(&next, "%s", program);
	assert_string_not_equal(first.out, next.out);
}

static void test_python(void **state)
{
	(void)state;
	/* Where addresses cannot be fixed, samebits says so: not here, too. */
	outcome_of(&first, "setarch -R true");
	setenv("ADDRESS", first.status ? "0" : "id(object())", 1);
	five("/usr/bin/python3 -c 'import random, os, time, uuid; "
	     "print(random.random(), os.urandom(8), time.time(), "
	     "time.monotonic(), uuid.uuid4(), hash(\"a\"), '$ADDRESS')'",
	     true);
}

static void test_numpy(void **state)
{
	(void)state;
	five("/usr/bin/python3 -c 'import numpy as n; print(n.random.rand(), "
	     "n.random.default_rng().random())'", true);
	five("/usr/bin/python3 $EXAMPLES_DIR/train_sklearn.py", true);
}

static void test_c_example(void **state)
{
	(void)state;
	five("$TRAIN_MLP $EXAMPLES_DIR/data/digits.csv", true);
}

static void test_fasttext(void **state)
{
	(void)state;
	five("sh -c 'for i in $(seq 300); do echo __label__$((i % 3)) w$i "
	     "x$((i % 7)) y; done > $STORE/t; fasttext supervised -input "
	     "$STORE/t -output $STORE/m -thread 1 -dim 8 -epoch 3 >&2; "
	     "md5sum < $STORE/m.bin'", false);
}

/* Keys stay random: OpenSSL's, and what Python's secrets makes. */
static void test_keys(void **state)
{
	static const char *const makers[] = {
		"openssl rand -hex 16",
		"/usr/bin/python3 -c 'import secrets; "
		"print(secrets.token_hex(16))'",
		"/usr/bin/python3 -c 'import secrets; "
		"print(secrets.randbits(128))'",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(makers) / sizeof(*makers); i++) {
		outcome_of(&first, "$SB run -q --store $STORE -- %s",
			   makers[i]);
		outcome_of(&next, "$SB run -q --store $STORE -- %s",
			   makers[i]);
		assert_int_equal(first.status, 0);
		if (!strcmp(first.out, next.out))
			fail_msg("%s: predictable", makers[i]);
	}
}

/* Five audits of an unseeded program, five outputs. */
static void test_audit_changes_nothing(void **state)
{
	static char seen[5][256];

	(void)state;
	for (int i = 0; i < 5; i++) {
		outcome_of(&first, "$SB audit -q --store $STORE -- "
			   "$TRAIN_MLP $EXAMPLES_DIR/data/digits.csv 1 | "
			   "tail -n 1");
		snprintf(seen[i], sizeof(seen[i]), "%.255s", first.out);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(seen[i], seen[k]);
	}
}

/* Allocators that start before everybody. */
static void test_allocators(void **state)
{
	(void)state;
	five("env LD_PRELOAD=libjemalloc.so.2 $VICTIMS_DIR/victim_rand thread",
	     false);
	five("env LD_PRELOAD=libtcmalloc_minimal.so.4 "
	     "$VICTIMS_DIR/victim_getrandom thread", true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_python),   CASE(test_numpy),
		CASE(test_c_example), CASE(test_fasttext),
		CASE(test_keys),     CASE(test_audit_changes_nothing),
		CASE(test_allocators),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
