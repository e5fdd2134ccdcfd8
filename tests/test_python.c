/* SPDX-License-Identifier: MIT */
/* Lines of Python code, in every CPython that is here. */
#include <glob.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "harness.h"

static struct outcome a, b;
static glob_t pythons;

/* The system's always, others where people keep them; or those that $PYTHONS
 * names, by a pattern. */
static int find_pythons(void **state)
{
	const char *pattern = getenv("PYTHONS");

	(void)state;
	if (pattern)
		return glob(pattern, 0, NULL, &pythons);
	if (glob("/usr/bin/python3", 0, NULL, &pythons))
		return -1;
	glob("~/.pyenv/versions/3.9.*/bin/python3", GLOB_TILDE | GLOB_APPEND,
	     NULL, &pythons);
	glob("~/.pyenv/versions/3.1[0-9].*/bin/python3",
	     GLOB_TILDE | GLOB_APPEND, NULL, &pythons);
	return 0;
}

/* In all of them, with $PYTHON set. */
static void everywhere(void (*check)(void))
{
	for (size_t i = 0; i < pythons.gl_pathc; i++) {
		setenv("PYTHON", pythons.gl_pathv[i], 1);
		print_message("%s\n", pythons.gl_pathv[i]);
		check();
	}
}

static void write_script(const char *text)
{
	char path[128];
	FILE *f;

	/* Not beside the runs: an interpreter lists its script's directory. */
	snprintf(path, sizeof(path), "%s/src", getenv("STORE"));
	assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
	snprintf(path, sizeof(path), "%s/src/job.py", getenv("STORE"));
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static json_t *run(const char *options)
{
	outcome_of(&a, "$SB run -q --store $STORE %s -- $PYTHON $STORE/src/job.py",
		   options);
	if (a.status)
		fail_msg("status %d: %s", a.status, a.err);
	return report_newest();
}

/* Calls of the source from this line of job.py, in this function. */
static long calls_from(const json_t *report, const char *source, int number,
		       const char *function)
{
	json_t *sites = json_object_get(report_source(report, source),
					"sites");
	long calls = 0;
	json_t *site;
	size_t i;

	json_array_foreach(sites, i, site) {
		json_t *line = json_array_get(json_object_get(site, "lines"),
					      0);
		const char *file =
			json_string_value(json_object_get(line, "file"));
		const char *name =
			json_string_value(json_object_get(line, "function"));

		if (!file || !strstr(file, "/job.py") ||
		    json_integer_value(json_object_get(line, "line")) !=
			    number)
			continue;
		if (function)
			assert_string_equal(name, function);
		calls += json_integer_value(json_object_get(site, "calls"));
	}
	return calls;
}

/* Lines of one frame of C are told apart, statements of one line are not. */
static void check_lines(void)
{
	json_t *report = run("");

	assert_int_equal(calls_from(report, "clock_gettime", 3, "clock"), 5);
	assert_int_equal(calls_from(report, "clock_gettime", 8, "<module>"), 2);
	assert_int_equal(calls_from(report, "clock_gettime", 9, "<module>"), 1);
	/* Released for the system call, and taken to ask. */
	assert_int_equal(calls_from(report, "getrandom", 10, "<module>"), 1);
	json_decref(report);
}

static void test_lines(void **state)
{
	(void)state;
	write_script("import os, time\n"
		     "def clock():\n"
		     "    return time.time()\n"
		     "class Job:\n"
		     "    def run(self):\n"
		     "        clock()\n"
		     "for i in range(5): Job().run()\n"
		     "time.time(); time.time()\n"
		     "time.time()\n"
		     "os.urandom(8)\n");
	everywhere(check_lines);
}

/* The stack, outwards: who called whom. */
static void check_stack(void)
{
	static const int number[] = { 3, 6, 7 };
	json_t *report = run("--trace full"), *sites, *site, *lines = NULL;
	size_t i;

	sites = json_object_get(report_source(report, "clock_gettime"),
				"sites");
	json_array_foreach(sites, i, site) {
		json_t *of = json_object_get(site, "lines");

		if (json_integer_value(json_object_get(json_array_get(of, 0),
						       "line")) == 3)
			lines = of;
	}
	assert_int_equal(json_array_size(lines), 3);
	for (i = 0; i < 3; i++)
		assert_int_equal(json_integer_value(json_object_get(
					 json_array_get(lines, i), "line")),
				 number[i]);
	json_decref(report);
	outcome_of(&b, "$SB report --store $STORE --sites 99");
	assert_non_null(strstr(b.out, "clock at "));
	assert_non_null(strstr(b.out, "/job.py:3\n"));
}

static void test_stack(void **state)
{
	(void)state;
	write_script("import time\n"
		     "def clock():\n"
		     "    return time.time()\n"
		     "class Job:\n"
		     "    def run(self):\n"
		     "        clock()\n"
		     "Job().run()\n");
	everywhere(check_stack);
}

/* Code that is made, used once and thrown away: the next one at its address is
 * another. */
static void check_reused_code(void)
{
	json_t *report = run("");

	for (int i = 0; i < 50; i++) {
		char name[16];
		long calls = 0;
		json_t *sites = json_object_get(
			report_source(report, "clock_gettime"), "sites");
		json_t *site;
		size_t k;

		snprintf(name, sizeof(name), "made%d", i);
		json_array_foreach(sites, k, site) {
			json_t *line = json_array_get(
				json_object_get(site, "lines"), 0);
			const char *file = json_string_value(
				json_object_get(line, "file"));

			if (file && !strcmp(file, name))
				calls += json_integer_value(
					json_object_get(site, "calls"));
		}
		assert_int_equal(calls, 1);
	}
	json_decref(report);
}

static void test_reused_code(void **state)
{
	(void)state;
	write_script("import time\n"
		     "for i in range(50):\n"
		     "    exec(compile('time.time()', 'made%d' % i, 'exec'))\n");
	everywhere(check_reused_code);
}

/* Threads that fight for the lock, a fork among them, a C signal handler, a
 * collector with finalizers: nothing hangs, nothing is lost. */
static void check_stress(void)
{
	json_t *report = run("");

	assert_string_equal(a.out, "done\n");
	assert_int_equal(calls_from(report, "clock_gettime", 7, NULL), 8000);
	json_decref(report);
}

static void test_stress(void **state)
{
	(void)state;
	write_script("import faulthandler, gc, os, signal, threading, time\n"
		     "class Node:\n"
		     "    def __init__(self): self.me = self\n"
		     "    def __del__(self): time.monotonic()\n"
		     "def work():\n"
		     "    for i in range(2000):\n"
		     "        time.time()\n"
		     "        Node()\n"
		     "gc.set_threshold(20)\n"
		     "signal.signal(signal.SIGALRM, lambda *_: time.time())\n"
		     "signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)\n"
		     "threads = [threading.Thread(target=work) for _ in "
		     "range(4)]\n"
		     "for t in threads: t.start()\n"
		     "for i in range(5):\n"
		     "    pid = os.fork()\n"
		     "    if not pid:\n"
		     "        time.time(); os._exit(0)\n"
		     "    os.waitpid(pid, 0)\n"
		     "for t in threads: t.join()\n"
		     "signal.setitimer(signal.ITIMER_REAL, 0)\n"
		     "print('done')\n");
	everywhere(check_stress);
}

/* Before it is up, while it ends, and where it does not hold its lock. */
static void check_no_line(void)
{
	json_t *report = run(""), *sites, *site;
	size_t i;

	assert_string_equal(a.out, "slept\n");
	sites = json_object_get(report_source(report, "clock_nanosleep"),
				"sites");
	if (!sites) /* 3.9 and 3.10 */
		sites = json_object_get(report_source(report, "select"),
					"sites");
	assert_true(json_array_size(sites) > 0);
	json_array_foreach(sites, i, site)
		assert_int_equal(json_array_size(json_object_get(site,
								 "lines")), 0);
	json_decref(report);
}

static void test_no_line(void **state)
{
	(void)state;
	write_script("import time\n"
		     "class Last:\n"
		     "    def __del__(self, time=time.time): time()\n"
		     "import sys; sys.last = Last()\n"
		     "time.sleep(0.001)\n"
		     "print('slept')\n");
	everywhere(check_no_line);
}

/* Identical runs write identical sites, lines and all. */
static void check_identical(void)
{
	static const char print[] =
		"$SB report --json --store $STORE | grep -v '\"run\"' | "
		"md5sum";

	static struct outcome first;

	json_decref(run(""));
	outcome_of(&first, "%s", print);
	json_decref(run(""));
	outcome_of(&b, "%s", print);
	assert_string_equal(first.out, b.out);
}

static void test_identical(void **state)
{
	(void)state;
	write_script("import json, random, time, uuid\n"
		     "print(random.random(), time.time(), uuid.uuid4())\n");
	everywhere(check_identical);
}

/* Keys stay random, others' numbers do not, whoever asks for lines. */
static void check_keys(void)
{
	outcome_of(&a, "$SB run -q --store $STORE -- $PYTHON $STORE/src/job.py");
	outcome_of(&b, "$SB run -q --store $STORE -- $PYTHON $STORE/src/job.py");
	assert_int_equal(a.status, 0);
	assert_string_not_equal(a.out, b.out);
	assert_string_equal(strchr(a.out, '\n'), strchr(b.out, '\n'));
}

static void test_keys(void **state)
{
	(void)state;
	write_script("import os, secrets\n"
		     "print(secrets.token_hex(8), secrets.randbits(64))\n"
		     "print(os.urandom(8).hex())\n");
	everywhere(check_keys);
}

/* Calls of the source with this line of job.py anywhere on the stack. */
static long calls_under(const json_t *report, const char *source, int number)
{
	json_t *sites = json_object_get(report_source(report, source),
					"sites");
	json_t *site, *line;
	long calls = 0;
	size_t i, k;

	json_array_foreach(sites, i, site) {
		bool here = false;

		json_array_foreach(json_object_get(site, "lines"), k, line) {
			const char *file = json_string_value(
				json_object_get(line, "file"));

			here |= file && strstr(file, "/job.py") &&
				json_integer_value(json_object_get(
					line, "line")) == number;
		}
		if (here)
			calls += json_integer_value(
				json_object_get(site, "calls"));
	}
	return calls;
}

/* An extension module that calls by itself. */
static void check_extension(void)
{
	json_t *report = run("");

	assert_int_equal(calls_under(report, "time", 4), 2);
	json_decref(report);
}

static void test_extension(void **state)
{
	(void)state;
	write_script("import os, sys\n"
		     "sys.path.insert(0, os.environ['VICTIMS_DIR'])\n"
		     "try:\n"
		     "    import calling_extension\n"
		     "except SystemError:\n"
		     "    pass\n");
	everywhere(check_extension);
}

/* NumPy's seeding passes through an extension and through secrets. */
static void test_numpy(void **state)
{
	json_t *report;

	(void)state;
	setenv("PYTHON", "/usr/bin/python3", 1);
	outcome_of(&a, "$PYTHON -c 'import numpy'");
	if (a.status)
		skip();
	write_script("import numpy\n"
		     "a = numpy.random.default_rng().random()\n"
		     "print(a)\n");
	report = run("");
	b = a;
	json_decref(report);
	report = run("");
	assert_string_equal(a.out, b.out);
	assert_true(calls_under(report, "getrandom", 2) > 0);
	json_decref(report);
}

/* Names of files with anything in them. */
static void check_odd_names(void)
{
	outcome_of(&a, "cd $STORE && for n in 'a b.py' $(printf 'a\\377.py') "
		   "$(printf '\\303\\244.py') a,%%.py; do "
		   "echo 'import time; time.time()' > \"$n\" && "
		   "$SB run -q -- $PYTHON \"$n\" && $SB report --json "
		   "> report.json && grep -qF \"$(printf %%s \"$n\" | "
		   "tr '\\377' '?')\" report.json || exit 1; done");
	if (a.status)
		fail_msg("status %d: %s%s", a.status, a.out, a.err);
}

static void test_odd_names(void **state)
{
	(void)state;
	everywhere(check_odd_names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_lines),	CASE(test_stack),
		CASE(test_reused_code), CASE(test_stress),
		CASE(test_no_line),	CASE(test_identical),
		CASE(test_keys),	CASE(test_extension),
		CASE(test_numpy),
		CASE(test_odd_names),
	};

	return cmocka_run_group_tests(tests, find_pythons, NULL);
}
