/* SPDX-License-Identifier: MIT */
/*
 * How shims like this one broke real programs. Most hazards are a scene of a
 * program in hazards/ that checks itself: natively, run and audited.
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

static struct outcome a, b;

struct hazard {
	const char *name; /* program and scene */
	bool repeats;	  /* what it prints is the same in each run */
};

static void play(struct outcome *o, const char *mode, const char *scene)
{
	if (!strcmp(mode, "native"))
		outcome_of(o, "$HAZARDS_DIR/hazard_%s", scene);
	else
		outcome_of(o, "export MODE=%s; $SB %s -q --store $STORE -- "
			   "$HAZARDS_DIR/hazard_%s", mode, mode, scene);
	if (o->status)
		fail_msg("%s, %s: status %d\n%s%s", scene, mode, o->status,
			 o->out, o->err);
}

static void test_scene(void **state)
{
	const struct hazard *h = *state;

	play(&a, "native", h->name);
	play(&a, "audit", h->name);
	play(&a, "run", h->name);
	if (!h->repeats)
		return;
	play(&b, "run", h->name);
	assert_string_equal(a.out, b.out);
}

static struct hazard hazards[] = {
	{ "loading chain", true },
	{ "loading namespaces", true },
	{ "loading lookups", true },
	{ "versions conditions", true },
	{ "versions_old conditions", true },
	{ "signals loop", false },
	{ "signals forks", false },
	{ "signals small_stack", true },
	{ "signals smallest_stack", true },
	{ "signals coroutines", true },
	{ "cancel points", true },
	{ "cancel while_hooked", true },
	{ "processes threads_fork", false },
	{ "processes vfork_failure", true },
	{ "processes close_all", true },
	{ "processes no_descriptors", true },
	{ "processes chdirs", true },
	{ "processes chroots", true },
	{ "processes store_removed", true },
	{ "processes daemonizes", true },
	{ "processes exits_among_threads", false },
	{ "processes clean_environment", true },
	{ "threads small_stack", true },
	{ "threads smallest_stack", true },
	{ "threads destructors", true },
	{ "threads one_after_another", true },
	{ "threads at_once", true },
	{ "threads outlive_main", true },
	{ "deadlines by_waiter", true },
	{ "deadlines from_ahead", true },
	{ "deadlines from_behind", true },
	{ "deadlines from_ahead_read", true },
	{ "deadlines from_behind_read", true },
	{ "deadlines lengths", true },
	{ "deadlines polling_limit", true },
	{ "deadlines polling_thread", true },
	{ "deadlines ping_pong", true },
	{ "waits futures", true },
	{ "waits conditions", true },
};
#define HAZARDS (sizeof(hazards) / sizeof(*hazards))

/* A case gets its store, and keeps its own state. */
static int scene_setup(void **state)
{
	void *none;

	(void)state;
	return store_make(&none);
}

int main(void)
{
	static struct CMUnitTest tests[HAZARDS];

	for (size_t i = 0; i < HAZARDS; i++)
		tests[i] = (struct CMUnitTest){
			.name = hazards[i].name,
			.test_func = test_scene,
			.setup_func = scene_setup,
			.teardown_func = store_drop,
			.initial_state = &hazards[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
