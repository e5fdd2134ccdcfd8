/* SPDX-License-Identifier: MIT */
/* Modes and alerts of PyTorch and TensorFlow, by libraries that stand for them
 * (frameworks/). The real ones are in real/. */
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

#define SCENES "$FRAMEWORKS_DIR/scenes "
#define RUN "$SB run -q --store $STORE "
#define AUDIT "$SB audit -q --store $STORE -- "

static void shows(const char *command, const char *output)
{
	outcome_of(&a, "%s", command);
	if (a.status || strcmp(a.out, output))
		fail_msg("%s: status %d, printed\n%snot\n%s%s", command,
			 a.status, a.out, output, a.err);
	assert_string_equal(a.err, "");
}

static void calls(const char *source, long n)
{
	json_t *report = report_newest();

	if (report_calls(report, source) != n)
		fail_msg("%s: %ld calls, not %ld", source,
			 report_calls(report, source), n);
	json_decref(report);
}

/* Does the newest run have such a blind spot? NULL: one of PyTorch's at all. */
static bool blind(const char *text)
{
	json_t *report = report_newest(), *spot;
	bool found = false;
	size_t i;

	json_array_foreach(json_object_get(report, "blind_spots"), i, spot) {
		const char *kind =
			json_string_value(json_object_get(spot, "kind"));

		if (!strcmp(kind, "pytorch") &&
		    (!text ||
		     strstr(json_string_value(json_object_get(spot, "text")),
			    text)))
			found = true;
	}
	json_decref(report);
	return found;
}

/* Each row of these groups, and the case that covers it. */
static const struct {
	const char *row, *policy;
} rows[] = {
	{ "tf_determinism", "force" },		   /* kernels */
	{ "tf_determinism_old", "force" },	   /* kernels */
	{ "torch_alert", "observe" },		   /* operations */
	{ "torch_alert_c10", "observe" },	   /* operations */
	{ "torch_alert_cublas", "force" },	   /* operations */
	{ "torch_cudnn_benchmark", "force" },	   /* modes */
	{ "torch_cudnn_deterministic", "force" },  /* modes */
	{ "torch_deterministic", "force" },	   /* modes */
	{ "torch_fill", "force" },		   /* modes */
	{ "torch_random", "force" },		   /* draws */
	{ "torch_set_cudnn_benchmark", "force" },  /* the program's choice */
	{ "torch_set_cudnn_deterministic", "force" },
	{ "torch_set_deterministic", "force" },
	{ "torch_set_fill", "force" },
	{ "torch_warn_only", "force" },		   /* modes */
};

static void test_rows(void **state)
{
	json_t *list = json_of("sources --json"), *j;
	size_t i, n = 0;

	(void)state;
	json_array_foreach(list, i, j) {
		const char *group =
			json_string_value(json_object_get(j, "group"));

		if (strcmp(group, "torch") && strcmp(group, "tensorflow"))
			continue;
		assert_true(n < sizeof(rows) / sizeof(*rows));
		assert_string_equal(
			json_string_value(json_object_get(j, "name")),
			rows[n].row);
		assert_string_equal(
			json_string_value(json_object_get(j, "policy")),
			rows[n++].policy);
	}
	assert_int_equal(n, sizeof(rows) / sizeof(*rows));
	json_decref(list);
}

#define NATIVE_MODES "0 0 1 0 0\n"
#define OUR_MODES "1 1 0 1 0\n"

static void test_modes(void **state)
{
	json_t *report;

	(void)state;
	shows(SCENES "modes", NATIVE_MODES);
	shows(RUN "-- " SCENES "modes", OUR_MODES);
	report = report_newest();
	assert_int_equal(json_array_size(json_object_get(report, "runtimes")),
			 1);
	json_decref(report);
	shows(AUDIT SCENES "modes", NATIVE_MODES);
	shows(RUN "--framework off -- " SCENES "modes", NATIVE_MODES);
	shows(RUN "--observe torch_fill -- " SCENES "modes", "1 1 1 1 0\n");
}

#define WORKED "put worked\nput worked\nput worked\n" \
	       "scatter worked\nmatmul worked\n"

/* They take the algorithm that is deterministic; those that have none are
 * named, and neither fail nor complain. */
static void test_operations(void **state)
{
	(void)state;
	shows(SCENES "operations", "atomic\n" WORKED);
	shows(RUN "-- " SCENES "operations", "sorted\n" WORKED);
	calls("torch_alert", 3);
	calls("torch_alert_c10", 1);
	assert_true(blind("put is not deterministic: 3 calls"));
	assert_true(blind("scatter is not deterministic: 1 call"));
	shows(AUDIT SCENES "operations", "atomic\n" WORKED);
	assert_true(blind("put is not deterministic: 3 calls"));
	shows(RUN "--framework off -- " SCENES "operations",
	      "atomic\n" WORKED);
	assert_true(blind("put is not deterministic: 3 calls"));
	shows(RUN "-- " SCENES "modes", OUR_MODES);
	assert_false(blind(NULL));
}

/* Where a warning would do, the algorithm would not be the deterministic one.
 */
static void test_attention(void **state)
{
	(void)state;
	shows(SCENES "attention", "fast\n");
	shows(RUN "-- " SCENES "attention modes",
	      "deterministic\n" OUR_MODES);
	shows(AUDIT SCENES "attention", "fast\n");
}

/* The same in the program as it is natively, where it is stricter than we are.
 */
static void as_natively(const char *scene)
{
	outcome_of(&a, SCENES "%s", scene);
	outcome_of(&b, RUN "-- " SCENES "%s", scene);
	assert_int_equal(a.status, 0);
	assert_string_equal(a.out, b.out);
	assert_string_equal(a.err, b.err);
}

static void test_programs_choice(void **state)
{
	(void)state;
	shows(SCENES "strict",
	      "sorted\n"
	      "put failed: put is not deterministic\n"
	      "put failed: put is not deterministic\n"
	      "put failed: put is not deterministic\n"
	      "scatter failed: scatter is not deterministic\n"
	      "matmul failed: cuBLAS is not deterministic\n1 0 1 0 0\n");
	outcome_of(&b, RUN "-- " SCENES "strict");
	assert_non_null(strstr(b.out, "matmul failed"));
	assert_non_null(strstr(b.out, "\n1 0 1 1 0\n"));
	calls("torch_set_deterministic", 1);
	calls("torch_alert", 3);
	as_natively("warned");
	assert_non_null(strstr(b.err, "warning: put\n"));
	assert_non_null(strstr(b.out, "fast, and warns\n"));
	/* It cannot be looser. */
	shows(SCENES "loose", "atomic\n0 0 1 0 1\n");
	shows(RUN "-- " SCENES "loose", "sorted\n" OUR_MODES);
	calls("torch_set_deterministic", 1);
	calls("torch_set_fill", 1);
	calls("torch_set_cudnn_deterministic", 1);
	calls("torch_set_cudnn_benchmark", 1);
	shows(AUDIT SCENES "loose", "atomic\n0 0 1 0 1\n");
	as_natively("restored");
}

static void test_draws(void **state)
{
	(void)state;
	outcome_of(&a, RUN "--seed 1 -- " SCENES "draws");
	outcome_of(&b, RUN "--seed 1 -- " SCENES "draws");
	assert_int_equal(strncmp(a.out, "1 ", 2), 0);
	assert_string_equal(a.out, b.out);
	calls("torch_random", 2);
	outcome_of(&b, RUN "--seed 2 -- " SCENES "draws");
	assert_string_not_equal(a.out, b.out);
}

#define NATIVE_SEEDS "0 42 1\n0 42 1\n"

/* Those that the program gives to generators; what they drew is left alone. */
static void test_seeds(void **state)
{
	unsigned long long seed[4];

	(void)state;
	shows(SCENES "seeds", NATIVE_SEEDS);
	shows(RUN "-- " SCENES "seeds", NATIVE_SEEDS);
	shows(RUN "--seed 1 -- " SCENES "seeds", NATIVE_SEEDS);
	shows(AUDIT SCENES "seeds", NATIVE_SEEDS);
	calls("torch_manual_seed", 2);
	calls("torch_cuda_manual_seed", 2);
	outcome_of(&a, RUN "--seed 1 --reseed -- " SCENES "seeds");
	outcome_of(&b, RUN "--seed 1 --reseed -- " SCENES "seeds");
	assert_string_equal(a.out, b.out);
	calls("torch_manual_seed", 2);
	assert_int_equal(sscanf(a.out, "%llu %llu 1\n%llu %llu 1\n", &seed[0],
				&seed[1], &seed[2], &seed[3]), 4);
	for (int i = 0; i < 4; i++)
		assert_true(seed[i] != 0 && seed[i] != 42);
	assert_true(seed[0] != seed[1] && seed[1] != seed[3]);
	outcome_of(&b, RUN "--seed 2 --reseed -- " SCENES "seeds");
	assert_string_not_equal(a.out, b.out);
	shows(RUN "--seed 1 --reseed --observe seeding -- " SCENES "seeds",
	      NATIVE_SEEDS);
}

/* Kernels are told to; who would want a seed for it, and Python, are not. */
static void test_kernels(void **state)
{
	(void)state;
	shows(SCENES "kernels", "0 0 0\n");
	shows(RUN "-- " SCENES "kernels", "1 1 0\n");
	shows(AUDIT SCENES "kernels", "0 0 0\n");
	shows(RUN "--framework off -- " SCENES "kernels", "0 0 0\n");
	shows(RUN "-- $FRAMEWORKS_DIR/loader $FRAMEWORKS_DIR/scenes.so required",
	      "1\n1\n1\n1\n");
	shows(RUN "-- $FRAMEWORKS_DIR/loader $FRAMEWORKS_DIR/_pywrap_scenes.so "
	      "required", "0\n0\n0\n0\n");
	shows("TF_DETERMINISTIC_OPS=1 " SCENES "kernels", "1 1 1\n");
	shows("TF_DETERMINISTIC_OPS=1 " RUN "-- " SCENES "kernels",
	      "1 1 1\n");
}

/* Out of sight, loaded again, in a thread, in a child, looked up by name. */
static void test_loaded(void **state)
{
	(void)state;
	shows("$FRAMEWORKS_DIR/loader $FRAMEWORKS_DIR/scenes.so modes",
	      NATIVE_MODES NATIVE_MODES NATIVE_MODES NATIVE_MODES);
	shows(RUN "-- $FRAMEWORKS_DIR/loader $FRAMEWORKS_DIR/scenes.so modes",
	      OUR_MODES OUR_MODES OUR_MODES OUR_MODES);
	shows(RUN
	      "-- $FRAMEWORKS_DIR/loader $FRAMEWORKS_DIR/scenes.so operations",
	      "sorted\n" WORKED "sorted\n" WORKED "sorted\n" WORKED
	      "sorted\n" WORKED);
	assert_true(blind("put is not deterministic: 12 calls"));
	shows("$FRAMEWORKS_DIR/loader $FRAMEWORKS_DIR/scenes.so", "0\n");
	shows(RUN "-- $FRAMEWORKS_DIR/loader $FRAMEWORKS_DIR/scenes.so",
	      "1\n");
}

/* The line is known though the interpreter's lock was given away, as ctypes
 * does it around CDLL's functions, and PyTorch around its operations. */
static void check_line(const char *library)
{
	outcome_of(&a,
		   RUN "-- /usr/bin/python3 -c \"\n"
		   "import ctypes, threading\n"
		   "lib = ctypes.%s('$FRAMEWORKS_DIR/scenes.so')\n"
		   "def play():\n"
		   "    lib.play(b'operations')\n"
		   "play()\n"
		   "for i in range(2):\n"
		   "    play()\n"
		   "threads = [threading.Thread(target=play)"
		   " for i in range(4)]\n"
		   "for t in threads: t.start()\n"
		   "for t in threads: t.join()\n"
		   "lib.play(b'draws')\n\"", library);
	assert_int_equal(a.status, 0);
	assert_true(blind("put is not deterministic: 21 calls at <string>:5"));
	assert_true(blind("scatter is not deterministic: 7 calls"));
}

static void test_lines(void **state)
{
	(void)state;
	check_line("CDLL");
	check_line("PyDLL");
}

/* An alert comes before there is an interpreter, whose callers must be known
 * all the same: this one makes keys. */
static void test_embedded(void **state)
{
	(void)state;
	outcome_of(&a, RUN "-- $FRAMEWORKS_DIR/embeds "
		   "$FRAMEWORKS_DIR/scenes.so");
	assert_int_equal(a.status, 0);
	outcome_of(&b, RUN "-- $FRAMEWORKS_DIR/embeds "
		   "$FRAMEWORKS_DIR/scenes.so");
	assert_string_not_equal(a.out, b.out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_rows),       CASE(test_modes),
		CASE(test_operations), CASE(test_programs_choice),
		CASE(test_attention),
		CASE(test_draws),      CASE(test_seeds),
		CASE(test_kernels),
		CASE(test_loaded),     CASE(test_lines),
		CASE(test_embedded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
