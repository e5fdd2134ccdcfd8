/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "globs.h"
#include "runopts.h"
#include "say.h"
#include "tmpfit.h"
#include "tmpns.h"

static const char undecided[] = "undecided";

void tmpfit_undecided(void)
{
	wanted.tmp = undecided;
}

/* Would it be hidden? What is below the working directory stays in view. */
static bool hidden(const char *path)
{
	char real[PATH_MAX], cwd[PATH_MAX];

	if (strncmp(path, "/tmp/", 5) && strncmp(path, "/dev/shm/", 9))
		return false;
	if (!getcwd(cwd, sizeof(cwd)))
		return true;
	if (!realpath(path, real))
		snprintf(real, sizeof(real), "%s", path);
	return path_below(real, cwd) == real;
}

/* In an argument as --data=/tmp/x, too. */
static const char *hidden_in(const char *argument)
{
	const char *equals = strchr(argument, '=');

	if (hidden(argument))
		return argument;
	return equals && hidden(equals + 1) ? equals + 1 : NULL;
}

static const char *named(char *const argv[], const struct measures *m)
{
	const char *path = NULL;

	for (; *argv && !path; argv++)
		path = hidden_in(*argv);
	for (size_t i = 0; i < m->n && !path; i++)
		if (m->at[i].file && hidden(m->at[i].file))
			path = m->at[i].file;
	return path;
}

static bool can_unshare(void)
{
	int status = 1;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid)
		_exit(tmpns_unshare() != 0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return false;
	return !status;
}

void tmpfit_decide(char *const argv[], const struct measures *m, unsigned jobs)
{
	const char *path, *covered;
	char cwd[PATH_MAX];

	if (wanted.tmp != undecided)
		return;
	wanted.tmp = NULL;
	if (jobs < 2)
		return;
	path = named(argv, m);
	covered = getcwd(cwd, sizeof(cwd)) ? tmpns_conflict(cwd) : "/tmp";
	if (!path && !covered && can_unshare())
		wanted.tmp = "1";
	else if (!wanted.quiet)
		say("runs at a time share /tmp: %s%s; names of temporary files "
		    "may collide (--private-tmp, --no-private-tmp decide it)",
		    path ? path : covered ? covered : "none of their own can "
						      "be made here",
		    path      ? " is named"
		    : covered ? " is the working directory"
			      : "");
}

void tmpfit_decided(bool private_tmp)
{
	if (wanted.tmp == undecided)
		wanted.tmp = private_tmp ? "1" : NULL;
}
