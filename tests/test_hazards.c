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
	{ "chooser by_processor", true },
	{ "weak absent", true },
	{ "weak present", true },
	{ "weak opened", true },
	{ "weak_fixed absent", true },
	{ "weak_fixed present", true },
	{ "processors views", true },
	{ "processors pins", true },
	{ "processors odd", true },
	{ "processors sets", true },
	{ "optional absent", true },
	{ "optional twins", true },
	{ "versions conditions", true },
	{ "versions_old conditions", true },
	{ "signals loop", false },
	{ "signals forks", false },
	{ "signals small_stack", true },
	{ "signals smallest_stack", true },
	{ "signals coroutines", true },
	{ "cancel points", true },
	{ "output buffers", true },
	{ "output errors", true },
	{ "output full", true },
	{ "output limited", true },
	{ "output closed", true },
	{ "output broken", true },
	{ "output signals", true },
	{ "output waiting", true },
	{ "output memory", true },
	{ "output no_stream", true },
	{ "output cancelled", true },
	{ "output together", true },
	{ "cancel while_hooked", true },
	{ "cancel shell", true },
	{ "processes threads_fork", false },
	{ "processes vfork_failure", true },
	{ "processes vfork_calls", true },
	{ "processes close_all", true },
	{ "processes reused_descriptors", true },
	{ "processes no_descriptors", true },
	{ "processes chdirs", true },
	{ "processes chroots", true },
	{ "processes store_removed", true },
	{ "processes daemonizes", true },
	{ "processes exits_among_threads", false },
	{ "processes clean_environment", true },
	{ "processes kept_variables", true },
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
	{ "deadlines far", true },
	{ "deadlines interrupted", true },
	{ "deadlines odd", true },
	{ "deadlines ticks", true },
	{ "timers clock_stays", true },
	{ "timers paused", true },
	{ "timers interrupted_poll", true },
	{ "timers interrupted_sleep", true },
	{ "timers alarms", true },
	{ "timers posix_timer", true },
	{ "timers timerfds", true },
	{ "directories positions", true },
	{ "directories changes", true },
	{ "directories descriptors", true },
	{ "directories offsets", true },
	{ "directories errors", true },
	{ "directories forks", true },
	{ "directories threads", true },
	{ "directories each_its_own", true },
	{ "directories signals", true },
	{ "directories smallest_stack", true },
	{ "directories names", true },
	{ "directories memory", true },
	{ "directories looked_up", true },
	{ "directories virtual", true },
	{ "trees scans", true },
	{ "trees globs", true },
	{ "trees walks", true },
	{ "trees deep", true },
	{ "trees loops", true },
	{ "trees unreadable", true },
	{ "trees fts", true },
	{ "devices opens", true },
	{ "devices reads", true },
	{ "devices copies", true },
	{ "devices streams", true },
	{ "devices reopened", true },
	{ "devices handed_on", true },
	{ "devices honest", true },
	{ "devices texts", true },
	{ "devices boot_id", true },
	{ "devices last_descriptor", false },
	{ "devices shared_stream", true },
	{ "streams files", true },
	{ "files written", true },
	{ "files at_once", true },
	{ "files endings", true },
	{ "files left_open", true },
	{ "files set", true },
	{ "files set_partly", true },
	{ "files directories", true },
	{ "files reused_numbers", true },
	{ "files processes", false },
	{ "files together", false },
	{ "files no_files", true },
	{ "files many", true },
	{ "files walked", true },
	{ "temp templates", true },
	{ "temp refused", true },
	{ "temp children", true },
	{ "temp together", true },
	{ "waits futures", true },
	{ "waits conditions", true },
};
#define HAZARDS (sizeof(hazards) / sizeof(*hazards))

/* What a library opened with RTLD_DEEPBIND draws: ours under run; real, with
 * the flag left alone and written down, in an audit. */
static void test_deepbind(void **state)
{
	json_t *report;

	(void)state;
	play(&a, "run", "loading deepbind");
	play(&b, "run", "loading deepbind");
	assert_string_equal(a.out, b.out);
	report = report_newest();
	assert_int_equal(report_calls(report, "getrandom"), 1);
	json_decref(report);
	play(&a, "audit", "loading deepbind");
	play(&b, "audit", "loading deepbind");
	assert_string_not_equal(a.out, b.out);
	report = report_newest();
	assert_int_equal(report_calls(report, "getrandom"), 0);
	assert_int_equal(json_integer_value(json_object_get(
				 report_source(report, "dlopen"), "bytes")),
			 8 /* RTLD_DEEPBIND */);
	json_decref(report);
}

/* The keys of the second of three libraries at one address are real. */
static void test_replaced(void **state)
{
	(void)state;
	play(&a, "native", "loading replaced");
	play(&a, "run", "loading replaced");
	play(&b, "run", "loading replaced");
	assert_memory_equal(a.out, b.out, 17);
	assert_memory_not_equal(a.out + 17, b.out + 17, 17);
	assert_string_equal(a.out + 2 * 17, b.out + 2 * 17);
	play(&a, "run", "loading comes_and_goes");
	outcome_of(&a, "$SB report --store $STORE");
	assert_null(strstr(a.out, "merged"));
}

/* Both names of pthread_create, old and new. */
static void test_thread_versions(void **state)
{
	static const char *const scenes[] = { "versions conditions",
					      "versions_old conditions" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		json_t *report;

		play(&a, "run", scenes[i]);
		report = report_newest();
		assert_int_equal(report_calls(report, "pthread_create"), 1);
		json_decref(report);
	}
}

/* On a file system whose times have ticks of 4 ms, as all have before Linux
 * 6.13. */
static void test_coarse_times(void **state)
{
	static const char *const scenes[] = { "at_once", "endings",
					      "reused_numbers", "set" };

	(void)state;
	for (size_t i = 0; i < sizeof(scenes) / sizeof(*scenes); i++) {
		outcome_of(&a, "export MODE=run FILES_DIR=$STORE/ram; mkdir -p "
			   "$STORE/ram; unshare -rm sh -c 'mount -t ramfs none "
			   "$STORE/ram || exit 99; $SB run -q --store "
			   "$STORE/store -- $HAZARDS_DIR/hazard_files %s'",
			   scenes[i]);
		if (strstr(a.err, "unshare failed") || a.status == 99)
			skip();
		if (a.status)
			fail_msg("%s: %s", scenes[i], a.err);
	}
}

/* A leftover has the first name: it gets another, the others stay. */
static void test_temp_collision(void **state)
{
	char first[8];

	(void)state;
	play(&a, "run", "temp names");
	snprintf(first, sizeof(first), "%.6s", a.out);
	setenv("TAKEN", first, 1);
	play(&b, "run", "temp names");
	unsetenv("TAKEN");
	assert_memory_not_equal(a.out, b.out, 6);
	assert_string_equal(a.out + 7, b.out + 7);
	play(&a, "native", "temp names");
	play(&b, "native", "temp names");
	assert_string_not_equal(a.out, b.out);
}

/* `place` of the object in LD_PRELOAD: before ours or after. */
static void preloaded(struct outcome *o, const char *object, bool before,
		      const char *program)
{
	outcome_of(o, "o=$(dirname $SB)/shim/libsamebits.so; export MODE=run; "
		   "$SB run -q --store $STORE -- env LD_PRELOAD=%s%s "
		   "$HAZARDS_DIR/hazard_%s", object, before ? ":$o" : "",
		   program);
	if (o->status)
		fail_msg("%s %s, %s: status %d\n%s%s", object,
			 before ? "before" : "after", program, o->status,
			 o->out, o->err);
}

/* Another wrapper with RTLD_NEXT, on either side: both are called. What we
 * force we do not ask of those behind us. */
static void test_wrappers(void **state)
{
	static const char *const seen[] = {
		"wrapped: malloc pthread_create\n",
		"wrapped: clock_gettime getrandom malloc pthread_create\n",
	};

	(void)state;
	for (int before = 0; before < 2; before++) {
		json_t *report;

		preloaded(&a, "$HAZARDS_DIR/wrapper.so", before, "wrapped");
		preloaded(&b, "$HAZARDS_DIR/wrapper.so", before, "wrapped");
		assert_string_equal(a.out, b.out);
		assert_string_equal(a.err, seen[before]);
		report = report_newest();
		assert_int_equal(report_calls(report, "getrandom"), 2);
		assert_int_equal(report_calls(report, "pthread_create"), 1);
		json_decref(report);
	}
}

/* One behind us that keeps what it is given for another program. */
static void test_keeper(void **state)
{
	(void)state;
	preloaded(&a, "$HAZARDS_DIR/keeper.so", false,
		  "processes kept_variables");
}

/* One in front that asks for libc's version of a name finds us all the same. */
static void test_versioned_wrapper(void **state)
{
	json_t *report;

	(void)state;
	preloaded(&a, "$HAZARDS_DIR/wrapper_versioned.so", true, "wrapped");
	report = report_newest();
	assert_int_equal(report_calls(report, "pthread_create"), 1);
	json_decref(report);
}

/* An object whose constructor runs before ours calls hooks in it. */
static void test_early(void **state)
{
	(void)state;
	for (int before = 0; before < 2; before++) {
		preloaded(&a, "$HAZARDS_DIR/early.so", before, "wrapped");
		preloaded(&b, "$HAZARDS_DIR/early.so", before, "wrapped");
		assert_string_equal(a.out, b.out);
	}
}

/* Allocators that read the clock and make threads, and what skips fsync. */
static void test_neighbours(void **state)
{
	static const char *const objects[] = { "libjemalloc.so.2",
					       "libtcmalloc_minimal.so.4",
					       "libeatmydata.so" };
	static const char *const scenes[] = {
		"threads one_after_another", "threads at_once", "signals loop",
		"processes threads_fork", "cancel points",
	};

	(void)state;
	for (int i = 0; i < 6; i++)
		for (size_t k = 0; k < sizeof(scenes) / sizeof(*scenes); k++)
			preloaded(&a, objects[i / 2], i % 2, scenes[k]);
}

/* Sanitized programs run, repeat, and still report. */
static void sanitized(const char *kind)
{
	char scene[64];

	snprintf(scene, sizeof(scene), "%s draws", kind);
	play(&a, "native", scene);
	play(&a, "run", scene);
	play(&b, "run", scene);
	assert_string_equal(a.out, b.out);
	if (!strstr(kind, "address"))
		return;
	outcome_of(&a, "$SB run -q --store $STORE -- $HAZARDS_DIR/hazard_%s "
		   "overflow", kind);
	assert_int_equal(a.status, 1);
	assert_non_null(strstr(a.err, "heap-buffer-overflow"));
}

static void test_address_sanitizer(void **state)
{
	(void)state;
	sanitized("address");
	sanitized("clang_address");
}

static void test_undefined_sanitizer(void **state)
{
	(void)state;
	sanitized("undefined");
}

static void test_thread_sanitizer(void **state)
{
	(void)state;
	sanitized("thread");
	sanitized("clang_thread");
}

/* The same with other options of `run`; returns what was printed. */
static const char *seeded(struct outcome *o, const char *options,
			  const char *scene)
{
	outcome_of(o, "$SB run -q %s --store $STORE -- "
		   "$HAZARDS_DIR/hazard_seeds %s", options, scene);
	assert_int_equal(o->status, 0);
	return o->out;
}

/* Seeding and drawing in eight threads at once: always the same. */
static void test_seeds_everywhere(void **state)
{
	(void)state;
	seeded(&a, "", "everywhere");
	for (int i = 1; i < 20; i++)
		assert_string_equal(a.out, seeded(&b, "", "everywhere"));
}

/* What a thread draws does not depend on what its neighbour draws. */
static void test_threads_independent(void **state)
{
	(void)state;
	assert_string_equal(seeded(&a, "", "beside_much"),
			    seeded(&b, "", "beside_nothing"));
	assert_string_equal(seeded(&a, "--seed 5", "beside_much"),
			    seeded(&b, "--seed 5", "beside_nothing"));
}

/* --seed reaches a program that seeds from the time, from a constant or
 * never; without it constants stay as they are. */
static void test_master_seed(void **state)
{
	static const char *const scenes[] = { "never", "from_time",
					      "constant" };

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_string_not_equal(seeded(&a, "--seed 1", scenes[i]),
					seeded(&b, "--seed 2", scenes[i]));
		assert_string_equal(seeded(&a, "--seed 1", scenes[i]),
				    seeded(&b, "--seed 1", scenes[i]));
	}
	play(&a, "native", "seeds constant");
	assert_string_equal(a.out, seeded(&b, "", "constant"));
	assert_string_equal(a.out, seeded(&b, "--seed 9 --seeds honour",
					  "constant"));
	assert_string_not_equal(a.out, seeded(&b, "--seeds force",
					      "constant"));
	play(&a, "native", "seeds never");
	assert_string_equal(a.out, seeded(&b, "", "never"));
}

/* A case gets its store, and keeps its own state. */
static int scene_setup(void **state)
{
	void *none;

	(void)state;
	return store_make(&none);
}

int main(void)
{
	const struct CMUnitTest others[] = {
		CASE(test_deepbind),
		CASE(test_replaced),
		CASE(test_thread_versions),
		CASE(test_coarse_times),
		CASE(test_temp_collision),
		CASE(test_wrappers),
		CASE(test_versioned_wrapper),
		CASE(test_keeper),
		CASE(test_early),
		CASE(test_neighbours),
		CASE(test_address_sanitizer),
		CASE(test_undefined_sanitizer),
		CASE(test_thread_sanitizer),
		CASE(test_seeds_everywhere),
		CASE(test_threads_independent),
		CASE(test_master_seed),
	};
	static struct CMUnitTest
		tests[HAZARDS + sizeof(others) / sizeof(*others)];

	memcpy(tests + HAZARDS, others, sizeof(others));
	for (size_t i = 0; i < HAZARDS; i++)
		tests[i] = (struct CMUnitTest){
			.name = hazards[i].name,
			.test_func = test_scene,
			.setup_func = scene_setup,
			.teardown_func = store_drop,
			.initial_state = &hazards[i],
		};
	cmocka_set_test_filter(getenv("ONLY"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
