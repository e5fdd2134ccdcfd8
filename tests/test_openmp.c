/* SPDX-License-Identifier: MIT */
/*
 * OpenMP's loops and what sets numbers of threads: with real runtimes,
 * natively, controlled and audited. Every row of the groups "openmp" and "numeric" must
 * have been called in both modes: test_contexts.c leaves them to this.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness.h"

#define RUN "$SB run -q --store $STORE "
#define AUDIT "$SB audit -q --store $STORE "

static struct outcome a, b;

#define ROWS 512
static struct row {
	const char *name;
	bool run, audit;
} row[ROWS];
static size_t rows;

static const char *text(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	return s ? s : "";
}

static int read_rows(void **state)
{
	static json_t *list;
	json_t *j;
	size_t i;

	(void)state;
	/* More threads than processors should sleep, not spin. */
	setenv("OMP_WAIT_POLICY", "passive", 1);
	setenv("KMP_BLOCKTIME", "0", 1);
	setenv("KMP_WARNINGS", "0", 1);
	list = json_of("sources --json");
	if (!list)
		return -1;
	json_array_foreach(list, i, j)
		if (!strcmp(text(j, "group"), "openmp") ||
		    !strcmp(text(j, "group"), "numeric"))
			row[rows++].name = text(j, "name");
	return rows ? 0 : -1;
}

/* What the newest run called. */
static void note(bool audit)
{
	json_t *report = report_newest();

	assert_non_null(report);
	for (size_t i = 0; i < rows; i++) {
		const json_t *s = report_source(report, row[i].name);

		if (!s)
			continue;
		if (audit)
			assert_string_equal(text(s, "policy"), "observe");
		*(audit ? &row[i].audit : &row[i].run) = true;
	}
	json_decref(report);
}

static bool here(const char *program)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/openmp_%s", getenv("OPENMP_DIR"),
		 program);
	if (!access(path, X_OK))
		return true;
	print_message("not here: %s\n", program);
	return false;
}

/* Prints a digest of what a program says, but for what stays with chance:
 * sections, and loops with depend. */
#define DIGEST(under) under "$OPENMP_DIR/openmp_%s > $STORE/out; s=$?; " \
	"grep -Ev 'sections|doacross|depending' $STORE/out | md5sum; exit $s"

/* It finds nothing wrong in itself, and two runs agree. */
static void agree(const char *program)
{
	if (!here(strtok(strdup(program), " ")))
		return;
	outcome_of(&a, DIGEST(""), program);
	assert_string_equal(a.err, "");
	assert_int_equal(a.status, 0);
	outcome_of(&a, DIGEST(RUN "-- "), program);
	assert_string_equal(a.err, "");
	assert_int_equal(a.status, 0);
	note(false);
	outcome_of(&b, DIGEST(RUN "-- "), program);
	assert_string_equal(a.out, b.out);
	outcome_of(&b, DIGEST(AUDIT "-- "), program);
	assert_string_equal(b.err, "");
	assert_int_equal(b.status, 0);
	note(true);
}

static void test_entries(void **state)
{
	(void)state;
	agree("entries_gnu 4");
	agree("entries_llvm 4 -");
}

static void test_compiled_loops(void **state)
{
	(void)state;
	agree("loops_gcc 4");
	agree("loops_gcc 1 fork");
	agree("loops_clang 4");
	agree("loops_gfortran");
	agree("kmp_clang");
}

/* Not only equal: the pieces of a dynamic loop go round. */
static void test_dynamic_is_static(void **state)
{
	(void)state;
	outcome_of(&a, RUN "-- $OPENMP_DIR/openmp_entries_gnu 1 "
		   "GOMP_loop_dynamic_start | grep -c "
		   "'start 0 3 001122001122001122.*0$'");
	assert_string_equal(a.out, "1\n");
	outcome_of(&a, RUN "-- $OPENMP_DIR/openmp_entries_gnu 1 "
		   "GOMP_loop_guided_start | grep -Ec 'start 0 3 0+1+2+$'");
	assert_string_equal(a.out, "1\n");
}

static void check_settings(const char *runtime)
{
	if (!here(strtok(strdup(runtime), " ")))
		return;
	outcome_of(&a, RUN "--threads 3 -- $OPENMP_DIR/openmp_%s", runtime);
	assert_int_equal(a.status, 0);
	assert_non_null(strstr(a.out, "procs 3 3\nnum_threads 3\n"
			       "num_threads_ 3\ndynamic 0\nlevels 7\n"));
	assert_non_null(strstr(a.out, "schedule 3 6\nclause 0 3\nclause 1 1\n"
			       "clause 2 2\nclause 7 3\n"));
	note(false);
	outcome_of(&a, RUN "-- $OPENMP_DIR/openmp_%s", runtime);
	assert_non_null(strstr(a.out, "num_threads 7\nnum_threads_ 7\n"
			       "dynamic 1\nlevels 7\n"));
	assert_non_null(strstr(a.out, "clause 0 7\nclause 1 1\nclause 2 2\n"
			       "clause 7 7\n"));
	/* The logical clock: a step for each reading. */
	assert_non_null(strstr(a.out, "000\ntick 1\n"));
	outcome_of(&b, RUN "-- $OPENMP_DIR/openmp_%s", runtime);
	assert_string_equal(a.out, b.out);
	outcome_of(&a, AUDIT "-- $OPENMP_DIR/openmp_%s", runtime);
	assert_int_equal(a.status, 0);
	note(true);
}

static void test_settings(void **state)
{
	(void)state;
	check_settings("settings_gnu");
	check_settings("settings_llvm");
}

static void test_counts_in_report(void **state)
{
	json_t *report, *runtimes, *r;
	size_t i;
	long most = 0;

	(void)state;
	outcome_of(&a, RUN "--threads 3 -- $OPENMP_DIR/openmp_settings_gnu");
	report = report_newest();
	runtimes = json_object_get(report, "runtimes");
	json_array_foreach(runtimes, i, r)
		if (!strcmp(text(r, "kind"), "openmp"))
			most = (long)json_integer_value(
				json_object_get(r, "most_threads"));
	assert_int_equal(most, 3);
	json_decref(report);
}

/* Each setter, but for those that set no number. */
static void check_arrived(const char *n)
{
	char *save = NULL;
	unsigned lines = 0;

	for (char *line = strtok_r(a.out, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save), lines++) {
		const char *want = strstr(line, "CBWR")	     ? "7"
				   : strstr(line, "Dynamic") ? "0"
							     : n;

		assert_string_equal(strrchr(line, ' ') + 1, want);
	}
	assert_true(lines > 0);
}

static void test_setters(void **state)
{
	const char *ways[] = {
		"setters", "setters $OPENMP_DIR/libmkl_rt.so.2",
		/* unloaded and loaded again, then without a symbol table */
		("setters_alone $OPENMP_DIR/libmkl_rt.so.2 "
		 "$OPENMP_DIR/libmkl_rt.so.2 $STORE/stripped.so"),
	};

	(void)state;
	outcome_of(&a, "strip -o $STORE/stripped.so "
		   "$OPENMP_DIR/libmkl_rt.so.2");
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		outcome_of(&a, RUN "--threads 3 -- $OPENMP_DIR/openmp_%s",
			   ways[i]);
		assert_int_equal(a.status, 0);
		check_arrived("3");
		note(false);
		outcome_of(&a, "$OPENMP_DIR/openmp_%s", ways[i]);
		outcome_of(&b, RUN "-- $OPENMP_DIR/openmp_%s", ways[i]);
		assert_string_equal(a.out, b.out);
		outcome_of(&b, AUDIT "-- $OPENMP_DIR/openmp_%s", ways[i]);
		assert_string_equal(a.out, b.out);
		note(true);
	}
}

/* Two libraries of the same names, reached by dlsym(). */
static void twins(const char *scene)
{
	static const struct {
		const char *with, *arrives;
	} ways[] = {
		{ "", "7" },
		{ AUDIT "-- ", "7" },
		{ "MODE=run " RUN "-- ", "7" },
		{ "MODE=run " RUN "--threads 3 -- ", "3" },
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		outcome_of(&a, "%s$OPENMP_DIR/openmp_twins %s %s", ways[i].with,
			   scene, ways[i].arrives);
		assert_string_equal(a.err, "");
		assert_int_equal(a.status, 0);
	}
}

static void test_twins(void **state)
{
	json_t *report;

	(void)state;
	twins("pair");
	/* Every call is seen. */
	report = report_newest();
	assert_int_equal(report_calls(report, "goto_set_num_threads"), 6);
	assert_int_equal(report_calls(report, "openblas_set_num_threads"), 12);
	assert_int_equal(report_calls(report, "GOMP_loop_ull_start"), 6);
	json_decref(report);
	twins("left");
	report = report_newest();
	assert_int_equal(json_array_size(json_object_get(report,
							 "blind_spots")), 0);
	json_decref(report);
	twins("version");
	twins("global");
	twins("reloaded");
}

/* The same with real ones, as ctypes reaches them. */
static void test_two_runtimes(void **state)
{
	static const char ask[] =
		"/usr/bin/python3 -c 'from ctypes import CDLL\n"
		"h = [CDLL(\"libgomp.so.1\"), CDLL(\"libomp.so.5\")]\n"
		"for n in 5, 7:\n"
		"  for x in h: x.omp_set_num_threads(n)\n"
		"  n += 1; h[1].omp_set_num_threads(n)\n"
		"  print([x.omp_get_max_threads() for x in h])'";

	(void)state;
	if (!here("settings_llvm"))
		return;
	outcome_of(&a, "%s", ask);
	assert_string_equal(a.out, "[5, 6]\n[7, 8]\n");
	outcome_of(&b, RUN "%s", ask);
	assert_string_equal(a.out, b.out);
	outcome_of(&b, AUDIT "%s", ask);
	assert_string_equal(a.out, b.out);
	outcome_of(&b, RUN "--threads 3 %s", ask);
	assert_string_equal(b.out, "[3, 3]\n[3, 3]\n");
}

static void test_twins_at_once(void **state)
{
	json_t *report;

	(void)state;
	for (int i = 0; i < 5; i++)
		twins("threads");
	report = report_newest();
	assert_int_equal(report_calls(report, "openblas_set_num_threads"),
			 9 * 20000);
	json_decref(report);
}

/* Who called, and not how. */
static void test_twins_places(void **state)
{
	json_t *report, *sites, *site;
	size_t i;

	(void)state;
	twins("places");
	report = report_newest();
	sites = json_object_get(
		report_source(report, "openblas_set_num_threads"), "sites");
	assert_int_equal(json_array_size(sites), 2);
	json_array_foreach(sites, i, site) {
		json_t *frames = json_object_get(site, "frames");

		for (size_t k = 0; k < 2; k++)
			assert_null(strstr(text(json_array_get(frames, k),
						"module"), "libsamebits"));
	}
	json_decref(report);
}

static void test_tbb(void **state)
{
	(void)state;
	if (!here("tbb"))
		return;
	outcome_of(&a, RUN "--threads 3 -- $OPENMP_DIR/openmp_tbb");
	assert_string_equal(a.out, "3\n2\n3\n3\n");
	note(false);
	outcome_of(&a, RUN "-- $OPENMP_DIR/openmp_tbb");
	assert_string_equal(a.out, "7\n2\n7\n9\n");
	outcome_of(&a, RUN "--schedule=turns -- $OPENMP_DIR/openmp_tbb");
	assert_string_equal(a.out, "7\n2\n7\n9\n");
	outcome_of(&a, AUDIT "-- $OPENMP_DIR/openmp_tbb");
	assert_string_equal(a.out, "7\n2\n7\n9\n");
	note(true);
}

static void test_every_row(void **state)
{
	unsigned missing = 0;

	(void)state;
	for (size_t i = 0; i < rows; i++) {
		if (row[i].run && row[i].audit)
			continue;
		if (!strncmp(row[i].name, "__kmpc", 6) && !here("kmp_clang"))
			continue;
		print_error("%s: run %d, audit %d\n", row[i].name, row[i].run,
			    row[i].audit);
		missing++;
	}
	assert_int_equal(missing, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_entries),
		CASE(test_compiled_loops),
		CASE(test_dynamic_is_static),
		CASE(test_settings),
		CASE(test_counts_in_report),
		CASE(test_setters),
		CASE(test_twins),
		CASE(test_two_runtimes),
		CASE(test_twins_at_once),
		CASE(test_twins_places),
		CASE(test_tbb),
		cmocka_unit_test(test_every_row),
	};

	return cmocka_run_group_tests(tests, read_rows, NULL);
}
