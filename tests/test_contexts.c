/* SPDX-License-Identifier: MIT */
/*
 * Every victim in every context: two controlled runs agree, the event is there
 * with its lineage and site, an audit changes nothing. The triples (source,
 * context, policy) that really ran are recorded; a missing one fails.
 */
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

static const char *const contexts[] = { "main",	 "constructor", "signal",
					"thread", "fork",	"vfork",
					"spawn", "system",	"local" };
#define CONTEXTS (sizeof(contexts) / sizeof(*contexts))
static struct outcome a, b;
static unsigned ran, expected;

/* Where the victim runs: a child process, a second thread? */
static void check_lineage(const json_t *source, const char *context)
{
	json_t *sites = json_object_get(source, "sites"), *site;
	bool child = !strcmp(context, "fork") || !strcmp(context, "vfork") ||
		     !strcmp(context, "spawn") || !strcmp(context, "system");
	const char *name = json_string_value(json_object_get(source, "name"));
	bool right = false;
	size_t i;

	child |= !strncmp(name, "exec", 4); /* these fork by themselves */

	json_array_foreach(sites, i, site) {
		const char *process =
			json_string_value(json_object_get(site, "process"));
		const char *thread =
			json_string_value(json_object_get(site, "thread"));

		right |= child ? strchr(process, '/') != NULL
			       : !strcmp(process, "0") &&
					 (strcmp(context, "thread") ||
					  !strcmp(thread, "0.1"));
		assert_true(json_array_size(json_object_get(site, "frames")) >
			    0);
	}
	if (!right)
		fail_msg("%s in %s: not the lineage expected", name,
			 context);
}

/* The group's sources that are seeded by the program itself. */
static bool seeded(const char *v)
{
	return strstr(v, "_r") || !strncmp(v, "srand", 5) ||
	       !strcmp(v, "initstate") || !strcmp(v, "setstate") ||
	       !strcmp(v, "seed48") || !strcmp(v, "lcong48") ||
	       !strcmp(v, "erand48") || !strcmp(v, "nrand48") ||
	       !strcmp(v, "jrand48");
}

static bool random_values(const char *v)
{
	return strstr(v, "rand") || strstr(v, "entropy") ||
	       !strcmp(v, "initstate") || !strcmp(v, "seed48");
}

static void one(const char *victim, const char *context)
{
	const char *run = "$SB run -q --store $STORE";
	json_t *report, *source;

	outcome_of(&a, "%s -- $VICTIMS_DIR/victim_%s %s", run, victim, context);
	outcome_of(&b, "%s -- $VICTIMS_DIR/victim_%s %s", run, victim, context);
	if (a.status || strcmp(a.out, b.out) || !a.out[0])
		fail_msg("%s in %s: status %d\n%s---\n%s%s", victim, context,
			 a.status, a.out, b.out, a.err);
	report = report_newest();
	source = report_source(report, victim);
	if (!source)
		fail_msg("%s in %s: no event", victim, context);
	check_lineage(source, context);
	json_decref(report);
	ran++;

	outcome_of(&b, "$SB audit -q --store $STORE -- "
		   "$VICTIMS_DIR/victim_%s %s", victim, context);
	assert_int_equal(b.status, 0);
	report = report_newest();
	source = report_source(report, victim);
	if (!source)
		fail_msg("%s in %s: no event in audit", victim, context);
	assert_string_equal(json_string_value(json_object_get(source,
							      "policy")),
			    "observe");
	json_decref(report);
	ran++;
}

static void test_every_context(void **state)
{
	char names[4096], *save = NULL;

	(void)state;
	snprintf(names, sizeof(names), "%s", VICTIMS);
	for (char *v = strtok_r(names, " ", &save); v;
	     v = strtok_r(NULL, " ", &save))
		for (size_t c = 0; c < CONTEXTS; c++) {
			expected += 2;
			one(v, contexts[c]);
		}
	assert_int_equal(ran, expected);
	assert_true(ran >= 2 * 9 * 60);
}

static void test_seeds(void **state)
{
	char names[4096], *save = NULL;

	(void)state;
	snprintf(names, sizeof(names), "%s", VICTIMS);
	for (char *v = strtok_r(names, " ", &save); v;
	     v = strtok_r(NULL, " ", &save)) {
		if (!random_values(v))
			continue;
		outcome_of(&a, "$SB run -q --store $STORE --seed 1 -- "
			   "$VICTIMS_DIR/victim_%s main", v);
		outcome_of(&b, "$SB run -q --store $STORE --seed 2 -- "
			   "$VICTIMS_DIR/victim_%s main", v);
		if (!strcmp(a.out, b.out))
			fail_msg("%s: --seed 1 and 2 agree: %s", v, a.out);
		if (!seeded(v))
			continue;
		outcome_of(&a, "$VICTIMS_DIR/victim_%s main", v);
		outcome_of(&b, "$SB run -q --store $STORE -- "
			   "$VICTIMS_DIR/victim_%s main", v);
		if (strcmp(a.out, b.out))
			fail_msg("%s: natively %s, under run %s", v, a.out,
				 b.out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_every_context),
		CASE(test_seeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
