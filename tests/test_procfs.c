/* SPDX-License-Identifier: MIT */
/* Numbers in /proc, with a translation that one can see: shown is 1000 more. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config.h"
#include "pids.h"
#include "procfs.h"

int pids_self(void)
{
	return getpid() + 1000;
}

int pids_thread(void)
{
	return gettid() + 1000;
}

int pids_out(int real)
{
	return real ? real + 1000 : 0;
}

int pids_in(int shown)
{
	return shown > 1000 ? shown - 1000 : shown;
}

int pids_thread_in(int shown)
{
	return pids_in(shown);
}

int pids_thread_out(int real)
{
	return pids_out(real);
}

int pids_group_out(int real)
{
	return pids_out(real);
}

int pids_session_out(int real)
{
	return pids_out(real);
}

static void test_paths(void **state)
{
	static const char *const pairs[][2] = {
		{ "/proc/1007", "/proc/7" },
		{ "/proc/1007/", "/proc/7/" },
		{ "/proc/1007/fd/1007", "/proc/7/fd/1007" },
		{ "/proc/1007/task/1008/stat", "/proc/7/task/8/stat" },
		{ "/proc/1007/task/", "/proc/7/task/" },
		{ "/proc/1007/tasks/1008", "/proc/7/tasks/1008" },
		{ "/proc/self/task/1008", "/proc/self/task/8" },
		{ "/proc/self/stat", "/proc/self/stat" },
		{ "/proc/1007x", "/proc/1007x" },
		{ "/proc/99999999999", "/proc/99999999999" },
		{ "/proc/", "/proc/" },
		{ "/proc", "/proc" },
		{ "/procs/1007", "/procs/1007" },
		{ "", "" },
	};
	char out[PROCFS_PATH], all[PROCFS_PATH * 2];

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		assert_string_equal(procfs_path(pairs[i][0], out), pairs[i][1]);
	assert_null(procfs_path(NULL, out));
	/* Of any length, to the very end. */
	memset(all, '/', sizeof(all));
	memcpy(all, "/proc/1007", 10);
	for (size_t n = sizeof(all) - 1; n > 10; n--) {
		all[n] = 0;
		assert_non_null(procfs_path(all, out));
	}
	config.pids_virtual = false;
	assert_string_equal(procfs_path("/proc/1007", out), "/proc/1007");
	config.pids_virtual = true;
}

static void test_names(void **state)
{
	char name[16] = "7";

	(void)state;
	assert_true(procfs_name(name, sizeof(name)));
	assert_string_equal(name, "1007");
	strcpy(name, "self");
	assert_true(procfs_name(name, sizeof(name)));
	assert_string_equal(name, "self");
}

static void test_links(void **state)
{
	char out[64], want[64];
	long n = procfs_self("/proc/self", out, sizeof(out));

	(void)state;
	snprintf(want, sizeof(want), "%d", getpid() + 1000);
	assert_int_equal(n, strlen(want));
	assert_memory_equal(out, want, n);
	n = procfs_self("/proc/thread-self", out, sizeof(out));
	snprintf(want, sizeof(want), "%d/task/%d", getpid() + 1000,
		 gettid() + 1000);
	assert_int_equal(n, strlen(want));
	assert_memory_equal(out, want, n);
	assert_int_equal(procfs_self("/proc/self", out, 2), 2);
	assert_int_equal(procfs_self("/proc/self/exe", out, 64), -1);
}

/* What the program reads of a file opened by this name. */
static void contents(const char *path, int flags, char *out, size_t size)
{
	int fd = open(path, flags);
	ssize_t n;

	assert_true(fd >= 0);
	assert_int_equal(procfs_opened(fd, path, flags), fd);
	assert_int_equal(!!(fcntl(fd, F_GETFD) & FD_CLOEXEC),
			 !!(flags & O_CLOEXEC));
	n = read(fd, out, size - 1);
	assert_true(n >= 0);
	out[n] = 0;
	close(fd);
}

static long line(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	assert_non_null(at);
	return strtol(at + strlen(key), NULL, 10);
}

static void test_stat(void **state)
{
	char text[4096], *end;
	int parent, group, session, terminal, front;

	(void)state;
	contents("/proc/self/stat", O_RDONLY | O_CLOEXEC, text, sizeof(text));
	end = strrchr(text, ')');
	assert_non_null(end);
	assert_int_equal(sscanf(end, ") %*c %d %d %d %d %d", &parent, &group,
				&session, &terminal, &front), 5);
	assert_int_equal(strtol(text, &end, 10), getpid() + 1000);
	assert_int_equal(strncmp(end, " (a) b (c) ", 11), 0);
	assert_int_equal(parent, getppid() + 1000);
	assert_int_equal(group, getpgrp() + 1000);
	assert_int_equal(session, getsid(0) + 1000);
	/* The rest is there, up to the end of the line. */
	assert_int_equal(text[strlen(text) - 1], '\n');
	assert_true(strlen(text) > 150);
}

static void test_status(void **state)
{
	char text[4096];

	(void)state;
	contents("/proc/self/status", O_RDONLY, text, sizeof(text));
	assert_int_equal(line(text, "\nTgid:\t"), getpid() + 1000);
	assert_int_equal(line(text, "\nPid:\t"), getpid() + 1000);
	assert_int_equal(line(text, "\nPPid:\t"), getppid() + 1000);
	assert_int_equal(line(text, "\nNSsid:\t"), getsid(0) + 1000);
	assert_int_equal(line(text, "\nTracerPid:\t"), 0);
	assert_non_null(strstr(text, "nonvoluntary_ctxt_switches"));
	contents("/proc/self/comm", O_RDONLY, text, sizeof(text));
	assert_string_equal(text, "a) b (c\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths), cmocka_unit_test(test_names),
		cmocka_unit_test(test_links), cmocka_unit_test(test_stat),
		cmocka_unit_test(test_status),
	};
	int fd = open("/proc/self/comm", O_WRONLY);

	if (fd < 0 || write(fd, "a) b (c", 7) != 7)
		return 1;
	close(fd);
	config.pids_virtual = true;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
