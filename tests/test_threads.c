/* SPDX-License-Identifier: MIT */
/* `--threads N`, `--env` and `--portable`: what programs see, believe and can
 * no longer change, and what is said about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness.h"

static struct outcome a, b;

#define RUN "$SB run -q --store $STORE "

/* The user's variables of the table are not the tests' affair. */
__attribute__((constructor)) static void environment_clean(void)
{
	static const char *const names[] = { "OMP_NUM_THREADS", "XLA_FLAGS",
					     "OPENBLAS_NUM_THREADS",
					     "MKL_NUM_THREADS",
					     "PYTHONHASHSEED",
					     "OPENBLAS_CORETYPE",
					     "MKL_CBWR" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unsetenv(names[i]);
}

static void says(const struct outcome *o, const char *command,
		 const char *wanted)
{
	if (o->status || strcmp(o->out, wanted))
		fail_msg("%s: status %d, said\n%snot\n%s%s", command, o->status,
			 o->out, wanted, o->err);
}

#define SAYS(command, wanted)                                                  \
	do {                                                                   \
		outcome_of(&a, "%s", command);                                 \
		says(&a, command, wanted);                                     \
	} while (0)

/* More and fewer than the machine has. */
static void test_every_view(void **state)
{
	static const int counts[] = { 1, 3, 64, 65, 1025 };
	char wanted[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		int n = counts[i];

		snprintf(wanted, sizeof(wanted),
			 "sysconf %d %d\nget_nprocs %d %d\n"
			 "affinity %d %d %d %d %d\ncpuinfo %d\nstat %d\n"
			 "lists %d %d %d\nok\n", n, n, n, n, n, n, n, n, n, n,
			 n, n, n, n);
		outcome_of(&a, RUN "--threads %d $HAZARDS_DIR/"
			   "hazard_processors views", n);
		says(&a, "views", wanted);
		outcome_of(&a, "taskset -c 0 " RUN "--threads %d "
			   "$HAZARDS_DIR/hazard_processors views", n);
		says(&a, "views", wanted);
	}
}

/* A limit of the group's is none any more; files that only have the names
 * stay. */
static void test_files(void **state)
{
	(void)state;
	SAYS("mkdir -p $STORE/devices/system/cpu && cd $STORE && "
	     "for f in cpu.max cpuinfo cpu.cfs_quota_us "
	     "devices/system/cpu/online; do echo mine >$f; " RUN
	     "--threads 4 cat $f; done", "mine\nmine\nmine\nmine\n");
	SAYS("for f in /sys/fs/cgroup/cpu.max /sys/fs/cgroup/*/cpu.max; do "
	     "[ -e $f ] || continue; " RUN "--threads 4 cat $f; done | uniq | "
	     "grep -v '^max 100000$'; "
	     "for f in /sys/fs/cgroup/cpu*/cpu.cfs_quota_us; do "
	     "[ -e $f ] || continue; " RUN "--threads 4 cat $f; done | uniq | "
	     "grep -vx -- -1; true", "");
	SAYS(RUN "--threads 2 sh -c 'cat /proc/cpuinfo /proc/stat; sleep 1; "
	     "cat /proc/cpuinfo' | cksum > $STORE/a; taskset -c 0 " RUN
	     "--threads 2 sh -c 'cat /proc/cpuinfo /proc/stat; sleep 1; "
	     "cat /proc/cpuinfo' | cksum | cmp - $STORE/a", "");
}

/* Nothing is changed where no number is given, nor in an audit. */
static void test_native_views(void **state)
{
	static const char *const how[] = { "run", "run --threads native",
					   "audit" };

	(void)state;
	outcome_of(&a, "taskset -c 0 $HAZARDS_DIR/hazard_processors views");
	assert_int_equal(a.status, 0);
	for (size_t i = 0; i < sizeof(how) / sizeof(*how); i++) {
		outcome_of(&b, "taskset -c 0 $SB %s -q --store $STORE "
			   "$HAZARDS_DIR/hazard_processors views", how[i]);
		says(&b, how[i], a.out);
	}
	outcome_of(&b, "taskset -c 0 " RUN "--threads 3 --observe cpu "
		   "$HAZARDS_DIR/hazard_processors views");
	says(&b, "--observe cpu", a.out);
	SAYS(RUN "sh -c 'echo $OMP_NUM_THREADS$OPENBLAS_NUM_THREADS'", "\n");
	SAYS("$SB audit -q --store $STORE sh -c "
	     "'echo $OMP_NUM_THREADS$OMP_SCHEDULE$PYTHONHASHSEED'", "\n");
}

static void test_pins(void **state)
{
	(void)state;
	SAYS("$HAZARDS_DIR/hazard_processors odd", "ok\n");
	for (int n = 1; n <= 9; n++) {
		outcome_of(&a, RUN "--threads %d $HAZARDS_DIR/"
			   "hazard_processors pins", n);
		says(&a, "pins", "ok\n");
		outcome_of(&a, "taskset -c 0 " RUN "--threads %d "
			   "$HAZARDS_DIR/hazard_processors pins", n);
		says(&a, "pins of one", "ok\n");
	}
	SAYS(RUN "--threads 4 $HAZARDS_DIR/hazard_processors odd", "ok\n");
	SAYS(RUN "$HAZARDS_DIR/hazard_processors odd", "ok\n");
	SAYS(RUN "--threads 4 taskset -c 3 nproc --all", "4\n");
}

/* Logged, and undone; in what is executed, too. */
static void test_own_settings(void **state)
{
	static const char *const names[] = { "setenv", "putenv", "unsetenv",
					     "clearenv" };
	json_t *report;

	(void)state;
	SAYS("PATH=$PATH $HAZARDS_DIR/hazard_processors sets",
	     "1\n1\nnone\nnone\nnone\n1 x\nok\n");
	SAYS(RUN "$HAZARDS_DIR/hazard_processors sets",
	     "1\n1\nnone\nnone\nnone\n1 x\nok\n");
	SAYS(RUN "--threads 4 $HAZARDS_DIR/hazard_processors sets",
	     "4\n4\n4\n4\n4\n4 x\nok\n");
	report = report_newest();
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		json_t *source = report_source(report, names[i]);

		assert_non_null(source);
		assert_string_equal(json_string_value(json_object_get(
					    source, "policy")), "force");
		assert_int_equal(report_calls(report, names[i]),
				 strcmp(names[i], "putenv") ? 1 : 2);
	}
	json_decref(report);
	/* What the user set is as firm. */
	SAYS("OMP_NUM_THREADS=2 " RUN "--threads 4 $HAZARDS_DIR/"
	     "hazard_processors sets", "2\n2\n2\n2\n2\n2 x\nok\n");
	SAYS(RUN "--threads 4 sh -c 'OMP_NUM_THREADS=1 nproc; "
	     "env -i /usr/bin/nproc; export OMP_NUM_THREADS=1; "
	     "/usr/bin/python3 -c \"import os; "
	     "os.environ[\\\"OMP_NUM_THREADS\\\"] = \\\"1\\\"; "
	     "os.system(\\\"nproc\\\")\"'", "4\n4\n4\n");
}

static void test_kept(void **state)
{
	static const struct command rows[] = {
		{ "OMP_NUM_THREADS=7 $SB run --threads 4 sh -c "
		  "'test $OMP_NUM_THREADS = 7'", 0,
		  "kept as set by you: OMP_NUM_THREADS; --env force" },
		{ "OMP_NUM_THREADS=7 $SB run --threads 4 --env keep sh -c "
		  "'test $OMP_NUM_THREADS = 7'", 0, "kept as set by you" },
		{ "OMP_NUM_THREADS=7 $SB run --threads 4 --env force sh -c "
		  "'test $OMP_NUM_THREADS = 4 -a \"`env | "
		  "grep -c ^OMP_NUM_THREADS=`\" = 1'", 0, "" },
		{ "PYTHONHASHSEED=random $SB run true", 0,
		  "kept as set by you: PYTHONHASHSEED" },
		{ "NCCL_ALGO=Tree $SB run --framework off sh -c "
		  "'test $NCCL_ALGO = Tree -a -z \"$XLA_FLAGS\"'", 0, "" },
		{ "XLA_FLAGS='--xla_a=b --c' $SB run sh -c "
		  "'test \"$XLA_FLAGS\" = \"--xla_a=b --c "
		  "--xla_gpu_deterministic_ops=true\"'", 0, "" },
		{ "XLA_FLAGS=--xla_gpu_deterministic_ops=false $SB run sh -c "
		  "'test $XLA_FLAGS = --xla_gpu_deterministic_ops=false'", 0,
		  "" },
		{ "XLA_FLAGS= $SB run sh -c "
		  "'test $XLA_FLAGS = --xla_gpu_deterministic_ops=true'", 0,
		  "" },
		{ "$SB run --env force true", 0, "" },
	};

	(void)state;
	COMMANDS(rows);
	SAYS("OMP_NUM_THREADS=7 " RUN "--threads 4 true", "");
	assert_string_equal(a.err, "");
	/* Equal to ours: nothing to be said. */
	SAYS("OMP_NUM_THREADS=4 $SB run --store $STORE --threads 4 true", "");
	assert_null(strstr(a.err, "kept"));
}

/* The same name twice, as only a program can hand it over; getenv() takes the
 * first. */
static void test_twice(void **state)
{
	static const char program[] =
		"/usr/bin/python3 -c 'import ctypes, os, sys\n"
		"e = (ctypes.c_char_p * 4)(b\"OMP_NUM_THREADS=2\", "
		"b\"OMP_NUM_THREADS=5=\", b\"PATH=/usr/bin:/bin\", None)\n"
		"a = (ctypes.c_char_p * 16)(*[s.encode() for s in sys.argv[1:]])"
		"\n"
		"ctypes.CDLL(None).execve(a[0], a, e)' $SB run -q --threads 3 "
		"--store=$STORE %s /usr/bin/nproc";

	(void)state;
	outcome_of(&a, program, "--env=keep");
	says(&a, "keep", "2\n");
	outcome_of(&a, program, "--env=force");
	says(&a, "force", "3\n");
}

static void test_wrong(void **state)
{
	static const struct command rows[] = {
		{ "$SB run --threads 0 true", 125, "--threads 0: must be" },
		{ "$SB run --threads -1 true", 125, "--threads -1: must be" },
		{ "$SB run --threads 1000000 true", 125, "from 1 to 65536" },
		{ "$SB run --threads 18446744073709551620 true", 125,
		  "must be" },
		{ "$SB run --threads 1.5 true", 125, "must be" },
		{ "$SB run --threads '' true", 125, "must be" },
		{ "$SB run --threads '4 ' true", 125, "must be" },
		{ "$SB run --env maybe true", 125, "must be keep or force" },
		{ "$SB audit --threads 4 true", 125, "--threads" },
	};

	(void)state;
	COMMANDS(rows);
}

#define ALONE "LD_PRELOAD=$(dirname $SB)/shim/libsamebits.so SAMEBITS="

/* Without the launcher: the same environment, in the same order. */
static void test_alone(void **state)
{
	static const char *const wrong[] = { "0", "x", "-1", "65537", "4x", "",
					     "18446744073709551620" };

	(void)state;
	outcome_of(&a, "OMP_NUM_THREADS=7 XLA_FLAGS=--x " ALONE
		   "store=$STORE,threads=4,seed=5,env=force env");
	outcome_of(&b, "OMP_NUM_THREADS=7 XLA_FLAGS=--x $SB run -q --threads 4 "
		   "--seed 5 --env force --store $STORE env");
	says(&a, "alone", b.out);
	assert_non_null(strstr(a.out, "OMP_NUM_THREADS=4"));
	SAYS(ALONE "store=$STORE,threads=5 $HAZARDS_DIR/hazard_processors "
	     "pins && " ALONE "store=$STORE,threads=5 nproc", "ok\n5\n");
	SAYS(ALONE "store=$STORE,threads=5,mode=audit sh -c "
	     "'test `nproc` = `/usr/bin/env -u LD_PRELOAD nproc`; "
	     "echo $OMP_NUM_THREADS'", "\n");
	SAYS(ALONE "store=$STORE,threads=native /bin/true", "");
	assert_string_equal(a.err, "");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		outcome_of(&a, ALONE "store=$STORE,threads=%s /bin/true", wrong[i]);
		if (a.status || !strstr(a.err, ": not a setting"))
			fail_msg("threads=%s: %d, %s", wrong[i], a.status,
				 a.err);
	}
}

static void test_record(void **state)
{
	json_t *report, *environment;

	(void)state;
	outcome_of(&a, "OMP_NUM_THREADS=7 taskset -c 0 " RUN "--threads 4 true");
	report = report_newest();
	assert_int_equal(json_integer_value(json_object_get(
		json_object_get(report, "threads"), "wanted")), 4);
	assert_int_equal(json_integer_value(json_object_get(
		json_object_get(report, "threads"), "processors")), 1);
	environment = json_object_get(report, "environment");
	assert_string_equal(json_string_value(json_object_get(
		json_object_get(environment, "kept"), "OMP_NUM_THREADS")), "7");
	assert_string_equal(json_string_value(json_object_get(
		json_object_get(environment, "set"), "MKL_NUM_THREADS")), "4");
	json_decref(report);
	SAYS("$SB report --store $STORE | sed -n '2p;/kept/p'",
	     "threads: 4; processors of the machine that could be used: 1\n"
	     "environment: kept the user's OMP_NUM_THREADS\n");
	outcome_of(&a, RUN "true");
	report = report_newest();
	assert_true(json_is_null(json_object_get(
		json_object_get(report, "threads"), "wanted")));
	json_decref(report);
}

/* Libraries with threads of their own. */
static const char products[] =
	"/usr/bin/python3 -c 'import hashlib, numpy as np\n"
	"r = np.random.default_rng(1)\n"
	"a, b = r.standard_normal((2, 600, 600))\n"
	"print(hashlib.sha256((a @ b).tobytes() + np.linalg.solve(a, b)"
	".tobytes() + np.float64(a.ravel() @ b.ravel()).tobytes())"
	".hexdigest())'";

static void test_products(void **state)
{
	(void)state;
	outcome_of(&a, RUN "--threads 4 %s", products);
	assert_int_equal(a.status, 0);
	for (int i = 0; i < 3; i++) {
		outcome_of(&b, "%s" RUN "--threads 4 %s",
			   i ? "" : "taskset -c 0 ", products);
		says(&b, "numpy", a.out);
	}
	outcome_of(&b, RUN "--threads 1 %s", products);
	if (!strcmp(a.out, b.out))
		print_message("one thread and four agree here\n");
	/* As it would run. */
	outcome_of(&a, "%s", products);
	outcome_of(&b, RUN "%s", products);
	says(&b, "numpy, natively", a.out);
}

static void test_libraries(void **state)
{
	(void)state;
	SAYS(RUN "--threads 3 /usr/bin/python3 -c 'import numpy\n"
	     "from threadpoolctl import threadpool_info as t\n"
	     "print({i[\"num_threads\"] for i in t()})'", "{3}\n");
	SAYS(RUN "--threads 3 /usr/bin/python3 -c 'import os\n"
	     "import joblib, multiprocessing as m\n"
	     "print(os.cpu_count(), m.cpu_count(), joblib.cpu_count(),\n"
	     "len(os.sched_getaffinity(0)))'", "3 3 3 3\n");
	SAYS(RUN "--threads 3 nproc && " RUN "--threads 3 nproc --all && " RUN
	     "--threads 3 lscpu | sed -n 's/^CPU(s): *//p'", "3\n3\n3\n");
}

/* Four threads that wait for each other on one processor: they must not spin
 * as if each had its own. */
static void test_starved(void **state)
{
	static const char fit[] =
		"/usr/bin/python3 -c 'import hashlib, numpy as np\n"
		"from sklearn.ensemble import HistGradientBoostingRegressor\n"
		"x = np.random.default_rng(0).standard_normal((2000, 20))\n"
		"m = HistGradientBoostingRegressor(max_iter=20)\n"
		"y = m.fit(x, x[:, 0] * x[:, 1]).predict(x)\n"
		"print(hashlib.md5(y.tobytes()).hexdigest())'";

	(void)state;
	SAYS("taskset -c 0 " RUN "--threads 4 sh -c "
	     "'echo $GOMP_SPINCOUNT $KMP_BLOCKTIME "
	     "$OPENBLAS_THREAD_TIMEOUT'", "000000 000 04\n");
	SAYS("taskset -c 0 " RUN "--threads 1 sh -c "
	     "'echo $GOMP_SPINCOUNT $KMP_BLOCKTIME "
	     "$OPENBLAS_THREAD_TIMEOUT'", "300000 200 26\n");
	outcome_of(&a, "taskset -c 0 " RUN "--threads 4 %s", fit);
	outcome_of(&b, RUN "--threads 4 %s", fit);
	assert_int_equal(a.status, 0);
	says(&b, "scikit-learn", a.out);
}

static void test_portable(void **state)
{
	json_t *report;

	(void)state;
	outcome_of(&a, "$SB run --portable --store $STORE sh -c "
		   "'echo $OPENBLAS_CORETYPE $MKL_CBWR'");
	if (a.status == 125 && strstr(a.err, "no AVX2")) {
		print_message("not run: this processor has no AVX2\n");
		return;
	}
	says(&a, "--portable", "Haswell COMPATIBLE\n");
	assert_non_null(strstr(a.err, "pinned to kernels"));
	report = report_newest();
	json_decref(report);
	SAYS("$SB report --store $STORE | grep -c '^  portable .*BLIS'", "1\n");
	SAYS("OPENBLAS_VERBOSE=2 " RUN "--portable /usr/bin/python3 -c "
	     "'import numpy' 2>&1 | grep ^Core", "Core: Haswell\n");
	SAYS(RUN "sh -c 'echo $OPENBLAS_CORETYPE'", "\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_every_view),	 CASE(test_files),
		CASE(test_native_views),
		CASE(test_pins),	 CASE(test_own_settings),
		CASE(test_kept),	 CASE(test_twice),
		CASE(test_wrong),	 CASE(test_alone),
		CASE(test_record),	 CASE(test_products),
		CASE(test_libraries),	 CASE(test_starved),
		CASE(test_portable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
