/* SPDX-License-Identifier: MIT */
/* Devices of entropy and files of /proc: who reads them is named, keys stay
 * random, what cannot be served is said. The ways to open and read them are
 * scenes of hazards/devices.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness.h"

static struct outcome a, b;

static void start(struct outcome *o, const char *verb, const char *command)
{
	outcome_of(o, "export MODE=%.3s; $SB %s -q --store $STORE -- %s", verb,
		   verb, command);
	if (o->status)
		fail_msg("%s %s: status %d\n%s%s", verb, command, o->status,
			 o->out, o->err);
}

#define RUN(o, command) start(o, "run", command)

static json_int_t bytes_of(const json_t *report, const char *name)
{
	return json_integer_value(
		json_object_get(report_source(report, name), "bytes"));
}

/* Each read is an event of its bytes, whoever serves it. */
static void test_reads_are_counted(void **state)
{
	static const char *const verbs[] = { "run", "audit" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		json_t *report;

		start(&a, verbs[i], "$HAZARDS_DIR/hazard_devices reads");
		report = report_newest();
		assert_int_equal(report_calls(report, "dev_urandom"), 14);
		assert_int_equal(bytes_of(report, "dev_urandom"), 14 * 8);
		json_decref(report);
	}
}

/* Every way to open is seen. */
static void test_opens_are_counted(void **state)
{
	json_t *report;

	(void)state;
	RUN(&a, "$HAZARDS_DIR/hazard_devices opens");
	report = report_newest();
	assert_int_equal(report_calls(report, "dev_urandom"), 14);
	assert_int_equal(report_calls(report, "dev_random"), 3);
	json_decref(report);
}

/* A file that has another's name is not replaced. */
static void test_other_files(void **state)
{
	json_t *report;

	(void)state;
	outcome_of(&a, "mkdir -p $STORE/sys/kernel/random && cd $STORE && "
		   "echo mine >sys/kernel/random/uuid && echo 1 >random && "
		   "echo 2 >urandom");
	assert_int_equal(a.status, 0);
	RUN(&a, "sh -c 'cd $STORE; cat sys/kernel/random/uuid random urandom "
	    "/proc/self/stat >&2; cat random'");
	assert_string_equal(a.out, "1\n");
	assert_non_null(strstr(a.err, "mine\n1\n2\n"));
	report = report_newest();
	assert_null(report_source(report, "proc_uuid"));
	assert_null(report_source(report, "proc_stat"));
	assert_null(report_source(report, "dev_random"));
	assert_null(report_source(report, "dev_urandom"));
	json_decref(report);
}

static const char *line(const char *text, int n)
{
	while (n--)
		text = strchr(text, '\n') + 1;
	return text;
}

/* For what makes keys every way stays random; --crypto force is the way out. */
static void test_keys(void **state)
{
	json_t *report;

	(void)state;
	RUN(&a, "$HAZARDS_DIR/hazard_devices keys");
	RUN(&b, "$HAZARDS_DIR/hazard_devices keys");
	for (int i = 0; i < 20; i++)
		assert_memory_not_equal(line(a.out, i), line(b.out, i), 16);
	report = report_newest();
	assert_int_equal(report_calls(report, "dev_urandom"), 5 * 2);
	assert_int_equal(report_calls(report, "dev_random"), 5);
	assert_int_equal(report_calls(report, "proc_uuid"), 5);
	json_decref(report);
	start(&a, "run --crypto force", "$HAZARDS_DIR/hazard_devices keys");
	start(&b, "run --crypto force", "$HAZARDS_DIR/hazard_devices keys");
	assert_string_equal(a.out, b.out);
}

/* Open before the program starts, as standard input or by a number. */
static void test_inherited(void **state)
{
	static const char *const programs[] = {
		"head -c 8 </dev/urandom",
		"od -An -N8 -tx8 </dev/random",
		"$HAZARDS_DIR/hazard_streams stdin </dev/urandom",
		"$HAZARDS_DIR/hazard_address input </dev/urandom",
		"$HAZARDS_DIR/hazard_clang_address input </dev/urandom",
		"$HAZARDS_DIR/hazard_thread input </dev/urandom",
		"$HAZARDS_DIR/hazard_clang_thread input </dev/urandom",
		"bash -c 'read -r -N 4 -u 9; echo $REPLY' 9</dev/urandom",
		"sh -c 'dd bs=8 count=1 status=none <&7' 7</dev/urandom",
		"xxd -l 8 </dev/urandom",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		RUN(&a, programs[i]);
		RUN(&b, programs[i]);
		assert_true(a.out[0]);
		assert_string_equal(a.out, b.out);
		outcome_of(&a, "%s", programs[i]);
		assert_string_not_equal(a.out, b.out);
		start(&a, "audit", programs[i]);
		assert_string_not_equal(a.out, b.out);
	}
}

/* The blind spot of this kind in the newest run, "": there is none. */
static const char *blind_spot(const char *kind)
{
	static char text[256];
	json_t *report = report_newest(), *spot;
	size_t i;

	*text = 0;
	json_array_foreach(json_object_get(report, "blind_spots"), i, spot)
		if (!strcmp(json_string_value(json_object_get(spot, "kind")),
			    kind))
			snprintf(text, sizeof(text), "%s",
				 json_string_value(
					 json_object_get(spot, "text")));
	json_decref(report);
	return text;
}

/* What is served in part, or not at all, is said. */
static void test_blind_spots(void **state)
{
	(void)state;
	RUN(&a, "$HAZARDS_DIR/hazard_devices reopened");
	assert_string_equal(blind_spot("bounded"), "dev_urandom: a reopened "
			    "stream ends after a megabyte");
	RUN(&a, "$HAZARDS_DIR/hazard_devices last_descriptor");
	assert_string_equal(blind_spot("not-forced"), "proc_uuid stayed real: "
			    "no file could be made for its text");
	RUN(&a, "$HAZARDS_DIR/hazard_devices opens");
	assert_string_equal(blind_spot("not-forced"), "");
	assert_string_equal(blind_spot("bounded"), "");
}

/* --observe leaves it alone. */
static void test_observed(void **state)
{
	static const char *const scenes[] = { "opens", "streams", "reopened",
					      "texts" };
	char command[64];

	(void)state;
	for (size_t i = 0; i < sizeof(scenes) / sizeof(*scenes); i++) {
		snprintf(command, sizeof(command),
			 "env MODE= $HAZARDS_DIR/hazard_devices %s", scenes[i]);
		start(&a, "run --observe entropy", command);
		start(&b, "run --observe entropy", command);
		assert_string_not_equal(a.out, b.out);
		start(&a, "run --seed 1", command);
		start(&b, "run --seed 2", command);
		assert_string_not_equal(a.out, b.out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_reads_are_counted), CASE(test_opens_are_counted),
		CASE(test_other_files),	      CASE(test_keys),
		CASE(test_inherited),	      CASE(test_blind_spots),
		CASE(test_observed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
