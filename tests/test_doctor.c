/* SPDX-License-Identifier: MIT */
/* samebits doctor: what it says is what is so. */
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

/* "ok", "missing" or "fact"; fails where there is no such probe. */
static const char *status(const json_t *root, const char *name)
{
	json_t *p;
	size_t i;

	json_array_foreach(json_object_get(root, "probes"), i, p) {
		if (!strcmp(json_string_value(json_object_get(p, "name")),
			    name))
			return json_string_value(json_object_get(p, "status"));
	}
	fail_msg("no probe %s", name);
	return "";
}

static json_t *ask(const char *prefix, int expected)
{
	json_t *root;

	outcome_of(&o, "cd $STORE; %s$SB doctor --json", prefix);
	if (o.status != expected)
		fail_msg("%s: status %d, not %d: %s", prefix, o.status,
			 expected, o.out);
	root = json_loads(o.out, 0, NULL);
	assert_non_null(root);
	assert_int_equal(json_is_true(json_object_get(root, "works")),
			 expected == 0);
	return root;
}

/* Each that is missing says what it costs, and the cure. */
static void test_whole(void **state)
{
	json_t *root = ask("", 0), *p;
	size_t i;

	(void)state;
	assert_string_equal(status(root, "preload"), "ok");
	assert_string_equal(status(root, "stacks"), "ok");
	assert_string_equal(status(root, "store"), "ok");
	assert_string_equal(status(root, "limits"), "ok");
	json_array_foreach(json_object_get(root, "probes"), i, p) {
		json_t *without = json_object_get(p, "without");

		assert_true(json_string_length(json_object_get(p, "found")));
		if (strcmp(json_string_value(json_object_get(p, "status")),
			   "fact"))
			assert_true(json_string_length(without) &&
				    json_string_length(
					    json_object_get(p, "cure")));
	}
	json_decref(root);
	/* It leaves nothing behind. */
	outcome_of(&o, "ls -A $STORE; ls -d /tmp/samebits-doctor-*");
	assert_string_equal(o.out, "");
}

static void test_text(void **state)
{
	static const struct command text[] = {
		{ "$SB doctor > t", 0, "" },
		{ "grep -vE '^((ok|missing|-) +[a-z-]+ +[^ ]|"
		  " {28}(without|needed|cure): [^ ])' t", 1, "" },
		/* Where nothing is a colour, every byte is plain. */
		{ "grep '\033' t", 1, "" },
		{ "[ $(grep -c ^missing t) = $(grep -c ' cure: ' t) ]", 0, "" },
	};

	(void)state;
	COMMANDS(text);
}

/* Against what the system itself does. */
static void test_true(void **state)
{
	static const struct {
		const char *probe, *command;
	} pairs[] = {
		{ "addresses", "setarch -R true" },
		{ "pid-namespace", "unshare -pf true" },
		{ "pid-namespace-user", "unshare -Upf true" },
		{ "proc", "unshare -pf --mount-proc true" },
		{ "proc-user", "unshare -Upf --mount-proc true" },
	};
	static const char *const prefixes[] = { "", "$VICTIMS_DIR/denied " };

	(void)state;
	for (int k = 0; k < 2; k++) {
		json_t *root = ask(prefixes[k], 0);

		for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
			outcome_of(&o, "%s%s", prefixes[k], pairs[i].command);
			assert_string_equal(status(root, pairs[i].probe),
					    o.status ? "missing" : "ok");
		}
		json_decref(root);
	}
}

static void test_core_missing(void **state)
{
	static const struct command missing[] = {
		{ "mkdir b; cp $SB b; echo junk > b/libsamebits.so; "
		  "b/samebits doctor > t", 1, "" },
		{ "grep -A1 '^missing preload .*did not come alive' t | "
		  "grep -q 'needed: nothing can be'", 0, "" },
		{ "mkdir c; cp $SB c; c/samebits doctor | grep -q '^missing "
		  "preload .*No such file'", 0, "" },
		{ "$SB doctor --store /proc/x > t", 1, "" },
		{ "grep -A2 '^missing store ' t | grep -q 'cure: name'", 0,
		  "" },
		{ "(ulimit -f 100; $SB doctor --json | grep -q "
		  "'50 KiB at most')", 0, "" },
		{ "$SB doctor --store new/deep | grep '^ok *store *\\.: '; "
		  "ls -d new", 2, "" },
	};

	(void)state;
	/* A sanitizer's runtime wants to be the first object. */
	outcome_of(&o, "grep -q __asan_init $SB");
	if (o.status == 0)
		skip();
	COMMANDS(missing);
}

static void test_no_unwind(void **state)
{
	json_t *root;

	(void)state;
	outcome_of(&o, "cd $STORE; unshare -rm sh -c 'mount --bind /dev/null "
		   "$(readlink -f /lib/x86_64-linux-gnu/libunwind.so.8) || "
		   "exit 99; $SB doctor --json'");
	if (!*o.out)
		skip();
	assert_int_equal(o.status, 1);
	root = json_loads(o.out, 0, NULL);
	assert_string_equal(status(root, "stacks"), "missing");
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_whole),	 CASE(test_text),
		CASE(test_true),	 CASE(test_core_missing),
		CASE(test_no_unwind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
