/* SPDX-License-Identifier: MIT */
/* `samebits lock`: writes samebits.lock, from a run. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd.h"
#include "environment.h"
#include "find.h"
#include "lockfile.h"
#include "reader.h"
#include "run.h"
#include "runopts.h"
#include "say.h"

static struct {
	const char *from, *file;
} o;

static const struct opt lock_options[] = {
	{ "from", 0, "RUN", "this run, instead of making one", &o.from },
	{ "file", 'o', "FILE", "instead of samebits.lock", &o.file },
	RUN_OPTIONS OPTIONS_END
};

/* ---- the run ---- */

/* In a process of its own, as it ends as the program ends. -1: it could not be
 * made, and that was said. */
static int run_it(char **argv, char *dir, size_t size)
{
	int name[2], status;
	ssize_t n;
	pid_t pid;

	if (pipe2(name, O_CLOEXEC) || (fflush(NULL), pid = fork()) < 0) {
		fail("no process can be made: %s", strerror(errno));
		return -1;
	}
	if (!pid) {
		close(name[0]);
		run_made = name[1];
		exit(run_program(argv));
	}
	close(name[1]);
	/* A signal from the terminal is for the program; we end with it. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	n = read(name[0], dir, size - 1);
	dir[n > 0 ? n : 0] = 0;
	close(name[0]);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

/* 0; or the status to end with. */
static int make_run(char **argv, char *dir, size_t size)
{
	int status = run_it(argv, dir, size);

	if (!status)
		return 0;
	if (status < 0 || !*dir)
		return status < 0 ? STATUS_TROUBLE : status;
	fail("%s ended with status %d: nothing was locked, as a lock is made "
	     "of a run that succeeds; see samebits report",
	     argv[0], status);
	return status;
}

/* ---- the lock ---- */

static const char *file(void)
{
	return o.file ? o.file : LOCK_FILE;
}

static int describe(const json_t *lock)
{
	static const char *const parts[] = { "inputs", "packages", "objects" };
	size_t n[3];

	for (size_t i = 0; i < 3; i++)
		n[i] = json_object_size(json_object_get(lock, parts[i]));
	if (!wanted.quiet)
		say("%s: %zu input%s, %zu Python package%s, %zu object%s; "
		    "commit it, and use samebits run --locked",
		    file(), n[0], n[0] == 1 ? "" : "s", n[1],
		    n[1] == 1 ? "" : "s", n[2], n[2] == 1 ? "" : "s");
	return 0;
}

static int write_lock(const char *dir)
{
	json_t *record = NULL, *manifest = manifest_read(dir), *lock;
	json_t *status = json_object_get(manifest, "status");
	int ret;

	if (!json_is_integer(status) || json_integer_value(status)) {
		json_decref(manifest);
		return fail("%s: this run did not end with status 0; lock one "
			    "that did",
			    dir);
	}
	ret = environment_record(dir, &record);
	if (ret) {
		json_decref(manifest);
		return fail("%s: its environment is not known: %s; run the "
			    "program again",
			    dir, strerror(-ret));
	}
	lock = lock_of_run(record, json_object_get(manifest, "options"));
	ret = lock_write(file(), lock);
	if (ret)
		ret = fail("%s: cannot be written: %s; the file that was "
			   "there, if any, is as it was",
			   file(), strerror(-ret));
	else
		ret = describe(lock);
	json_decref(lock);
	json_decref(record);
	json_decref(manifest);
	return ret;
}

static int lock(int argc, char **argv)
{
	char dir[PATH_MAX];
	int first, ret = opts_parse(lock_options, argc, argv, &first);

	if (ret == 1) {
		opts_help(stdout, "lock [options] [--] [PROGRAM [ARG...]]",
			  "Writes samebits.lock: the options, inputs, "
			  "packages, libraries and objects under\nwhich "
			  "PROGRAM's results repeat. Runs it as samebits run "
			  "would; without PROGRAM\nthe newest run is taken. "
			  "samebits run --locked holds later runs to it.",
			  lock_options);
		return 0;
	}
	if (ret < 0 || !wanted_valid())
		return STATUS_TROUBLE;
	if (o.from && first < argc)
		return fail("--from %s: and a program? say one of them",
			    o.from);
	if (first < argc)
		ret = make_run(argv + first, dir, sizeof(dir));
	else
		ret = find_run(wanted.store, o.from, dir, sizeof(dir));
	return ret ? ret : write_lock(dir);
}

const struct cmd cmd_lock = {
	"lock", "write down under which conditions results repeat",
	lock_options, lock
};
