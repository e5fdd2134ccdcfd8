/* SPDX-License-Identifier: MIT */
/* Calls of BLAS: seen under every name, and left as they are. */
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

static const char *const modes[] = { "audit", "run", "run --seed 3" };
#define MODES (sizeof(modes) / sizeof(*modes))

/* How often a routine's name stands for it (route.c, naming). */
#define NAMES 11
#define LAPACK_NAMES 4

/* What all names print, reached by `how`. */
static void names_by(const char *how)
{
	for (size_t i = 0; i < MODES; i++) {
		outcome_of(&o, "$SB %s -q --store $STORE $BLAS_DIR/blas_names %s", modes[i],
			   how);
		assert_string_equal(o.err, "");
		assert_non_null(strstr(o.out, "2817 of 2817"));
		assert_int_equal(o.status, 0);
	}
}

/* No row is left out, and none is counted twice. */
static void check_rows(void)
{
	json_t *sources = json_of("sources --json"), *report = report_newest();
	unsigned calls = 0;
	json_t *row;
	size_t i;

	json_array_foreach(sources, i, row) {
		const char *name = json_string_value(json_object_get(row,
								     "name"));
		const char *group = json_string_value(json_object_get(row,
								      "group"));
		bool lapack = !strcmp(group, "lapack");
		unsigned n = lapack ? LAPACK_NAMES : NAMES;

		if (!lapack && strcmp(group, "blas"))
			continue;
		if (!strcmp(name, "lapack_other")) /* any names */
			continue;
		if (report_calls(report, name) != n)
			fail_msg("%s: %ld calls", name,
				 report_calls(report, name));
		calls += n;
	}
	assert_int_equal(calls, 2817);
	json_decref(report);
	json_decref(sources);
}

static void test_names_linked(void **state)
{
	(void)state;
	names_by("");
	check_rows();
}

static void test_names_of_an_object(void **state)
{
	(void)state;
	names_by("object $BLAS_DIR/blas_names_user.so");
	check_rows();
}

static void test_names_looked_up(void **state)
{
	(void)state;
	names_by("lookup $BLAS_DIR/libfake_blas_local.so");
	check_rows();
}

#define DEBIAN "/usr/lib/x86_64-linux-gnu/"
static const char *const libraries[] = {
	DEBIAN "openblas-pthread/libblas.so.3",
	/* Their cblas_zgbmv does not end for some negative strides. */
	DEBIAN "blas/libblas.so.3 fortran",
	DEBIAN "blis-pthread/libblas.so.3 fortran",
};

/* Random calls have the same bits, whatever looks at them. */
static void test_same_bits(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(libraries) / sizeof(*libraries); i++) {
		outcome_of(&o, "export OMP_NUM_THREADS=1; "
			   "P=\"$BLAS_DIR/blas_random 20 %s\"; "
			   "$P > $STORE/native && wc -l < $STORE/native && "
			   "for m in audit run 'run --digest blas' "
			   "'audit --digest blas --trace full'; do "
			   "$SB $m -q $P | cmp - $STORE/native || exit 1; done",
			   libraries[i]);
		assert_string_equal(o.err, "");
		assert_int_equal(o.status, 0);
		assert_true(atoi(o.out) > 130);
	}
}

/* The same for a program that is linked with it. */
static void test_same_bits_linked(void **state)
{
	(void)state;
	outcome_of(&o, "export OMP_NUM_THREADS=1; P=$BLAS_DIR/blas_random; "
		   "$P > $STORE/native && for m in audit run "
		   "'run --digest blas'; do "
		   "$SB $m -q $P | cmp - $STORE/native || exit 1; done");
	assert_string_equal(o.err, "");
	assert_int_equal(o.status, 0);
}

/* Netlib's own test programs, as Debian packages them. */
static void test_netlib(void **state)
{
	(void)state;
	outcome_of(&o, "cd $STORE && D=" DEBIAN "blas && "
		   "export LD_LIBRARY_PATH=$D && "
		   "t() { for c in s d c z; do "
		   "$* $D/xblat1$c; $* $D/x${c}cblat1; for l in 2 3; do "
		   "$* $D/xblat$l$c < $D/${c}blat$l.in; cat ./*.out ./*.SUMM "
		   "2> /dev/null; rm -f ./*.out ./*.SUMM; "
		   "$* $D/x${c}cblat$l < $D/${c}in$l; done; done; }; "
		   "t > native 2>&1; grep -c PASS native; "
		   "for m in audit run 'run --digest blas'; do "
		   "t $SB $m -q > other 2>&1; cmp native other || exit 1; "
		   "done");
	assert_string_equal(o.err, "");
	assert_int_equal(o.status, 0);
	assert_true(atoi(o.out) > 200);
}

static void scene(const char *name)
{
	static const char *const with[] = { "", "$SB audit -q --store $STORE",
		"$SB run -q --digest blas --store $STORE",
		"$SB run -q --store $STORE" };

	for (size_t i = 0; i < sizeof(with) / sizeof(*with); i++) {
		outcome_of(&o, "%s $BLAS_DIR/blas_scenes %s", with[i], name);
		assert_string_equal(o.err, "");
		assert_int_equal(o.status, 0);
	}
}

static void test_twins(void **state)
{
	json_t *report;

	(void)state;
	scene("twins");
	report = report_newest();
	assert_int_equal(report_calls(report, "ddot"), 12);
	json_decref(report);
}

static void test_absent(void **state)
{
	(void)state;
	scene("absent");
}

static void test_later(void **state)
{
	(void)state;
	scene("later");
}

static void test_reloaded(void **state)
{
	json_t *report;

	(void)state;
	scene("reloaded");
	report = report_newest();
	assert_int_equal(report_calls(report, "ddot"), 200);
	json_decref(report);
}

/* Another's function is called, and no event made. */
static void test_namesake(void **state)
{
	json_t *report;

	(void)state;
	scene("namesake");
	report = report_newest();
	assert_null(report_source(report, "ddot"));
	json_decref(report);
}

static void test_wide(void **state)
{
	(void)state;
	scene("wide");
	outcome_of(&o, "$SB report --store $STORE");
	assert_non_null(strstr(o.out, "m=8589934592 n=0"));
	assert_non_null(strstr(o.out, "USE64BITINT"));
}

static void test_threads(void **state)
{
	json_t *report;

	(void)state;
	for (int i = 0; i < 10; i++)
		scene("threads");
	report = report_newest();
	assert_int_equal(report_calls(report, "ddot"), 9000);
	json_decref(report);
}

static void test_storm(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		scene("storm");
}

/* What a report says: who serves, how much, and of what shape. */
static void test_report(void **state)
{
	(void)state;
	outcome_of(&o, "OPENBLAS_NUM_THREADS=2 LD_LIBRARY_PATH=" DEBIAN
		   "openblas-pthread $SB run -q --store $STORE "
		   "$BLAS_DIR/blas_drift && $SB report --store $STORE");
	assert_int_equal(o.status, 0);
	assert_non_null(strstr(o.out, "2.002 kflop"));
	assert_non_null(strstr(o.out, "n=1001 incx=1 incy=1 threads="));
	assert_non_null(strstr(o.out, "OpenBLAS 0."));
}

/*
 * Two runs whose kernels differ: the first call with equal operands and another
 * result is found in their exports.
 */
static void test_drift(void **state)
{
	(void)state;
	outcome_of(&o, "cd $STORE && export OPENBLAS_NUM_THREADS=1 "
		   "LD_LIBRARY_PATH=" DEBIAN "openblas-pthread && "
		   "for c in Prescott Haswell; do OPENBLAS_CORETYPE=$c "
		   "$SB run -q --trace full --digest blas "
		   "$BLAS_DIR/blas_drift > /dev/null && "
		   "$SB export --sqlite $c.db || exit 1; done; "
		   "sqlite3 Prescott.db \"ATTACH 'Haswell.db' AS other; "
		   "SELECT x.call, x.source, x.shape FROM blas x "
		   "JOIN other.blas y USING (process, exec, thread, call) "
		   "WHERE x.read = y.read AND x.written <> y.written "
		   "LIMIT 1\"");
	assert_int_equal(o.status, 0);
	assert_string_equal(o.out, "2|ddot|n=1001 incx=1 incy=1 threads=1 "
			    "libblas.so.3\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_names_linked),
		CASE(test_names_of_an_object),
		CASE(test_names_looked_up),
		CASE(test_same_bits),
		CASE(test_same_bits_linked),
		CASE(test_netlib),
		CASE(test_twins),
		CASE(test_absent),
		CASE(test_later),
		CASE(test_reloaded),
		CASE(test_namesake),
		CASE(test_wide),
		CASE(test_threads),
		CASE(test_storm),
		CASE(test_report),
		CASE(test_drift),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
