/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "slurm.h"

#define INDEX_MOST 1000 /* where Slurm does not say */

/* What it says, as one line. */
static char *words_of(struct child *c)
{
	char *text = *c->err ? c->err : c->out;
	size_t n = strlen(text);

	while (n && strchr("\r\n ", text[n - 1]))
		n--;
	text[n] = 0;
	for (char *p = text; *p; p++)
		if (*p == '\n')
			*p = ' ';
	return strdup(text);
}

/* ---- submitting ---- */

/* "123" or "123;cluster", after whatever else a site's plugins print. */
static bool read_id(struct slurm_job *job, char *text)
{
	char *line, *last = NULL;
	size_t digits;

	while ((line = strsep(&text, "\n")))
		if (*line)
			last = line;
	digits = last ? strspn(last, "0123456789") : 0;
	if (!digits || digits >= sizeof(job->id))
		return false;
	snprintf(job->id, sizeof(job->id), "%.*s", (int)digits, last);
	snprintf(job->cluster, sizeof(job->cluster), "%s",
		 last[digits] == ';' ? last + digits + 1 : "");
	return true;
}

int slurm_submit(const char *const argv[], struct slurm_job *job, char **words)
{
	struct child c;
	int ret = child_run(&c, argv, NULL);

	*words = NULL;
	if (!ret && c.status == 127 && !*c.err)
		ret = -ENOENT;
	else if (!ret && c.status)
		ret = -EPERM;
	else if (!ret && !read_id(job, c.out))
		ret = -EPROTO;
	if (ret == -EPERM || ret == -EPROTO)
		*words = words_of(&c);
	child_free(&c);
	return ret;
}

size_t slurm_index_most(void)
{
	const char *const argv[] = { "scontrol", "show", "config", NULL };
	unsigned long size = 0;
	struct child c;
	const char *at;

	if (!child_run(&c, argv, NULL)) {
		at = strstr(c.out, "MaxArraySize");
		at = at ? strchr(at, '=') : NULL;
		size = at ? strtoul(at + 1, NULL, 10) : 0;
	}
	child_free(&c);
	return size > 1 ? size - 1 : INDEX_MOST;
}

/* ---- looking ---- */

/* "INDEX|STATE|REASON". */
static void read_task(struct slurm_task *task, size_t n, char *line)
{
	char *index = strsep(&line, "|"), *state = strsep(&line, "|"), *end;
	size_t k = strtoul(index, &end, 10);

	if (*end || !k || k > n || !state || !*state)
		return;
	task[k - 1].listed = true;
	snprintf(task[k - 1].state, sizeof(task->state), "%s", state);
	snprintf(task[k - 1].why, sizeof(task->why), "%s",
		 line && !strcmp(state, "PENDING") ? line : "");
}

static void read_tasks(struct slurm_task *task, size_t n, char *text)
{
	char *line;

	while ((line = strsep(&text, "\n")))
		if (*line)
			read_task(task, n, line);
}

int slurm_look(const struct slurm_job *job, struct slurm_task *task, size_t n,
	       char **words)
{
	/* -t all: those that have ended, too, as long as it knows them. */
	const char *argv[] = { "squeue", "-h",	  "-r",		"-t", "all",
			       "-o",	 "%K|%T|%r", "-j",	job->id,
			       NULL,	 NULL,	  NULL };
	struct child c;
	int ret;

	*words = NULL;
	if (*job->cluster) {
		argv[9] = "-M";
		argv[10] = job->cluster;
	}
	ret = child_run(&c, argv, NULL);
	if (!ret && (!c.status || strstr(c.err, "Invalid job id"))) {
		for (size_t i = 0; i < n; i++)
			task[i].listed = false;
		read_tasks(task, n, c.out);
	} else {
		ret = -EAGAIN;
		*words = c.err && *c.err ? words_of(&c)
					 : strdup("squeue cannot be run");
	}
	child_free(&c);
	return ret;
}

static bool final(const char *state)
{
	static const char *const over[] = {
		"BOOT_FAIL",	 "CANCELLED",	  "COMPLETED",	   "DEADLINE",
		"FAILED",	 "LAUNCH_FAILED", "NODE_FAIL",	   "PREEMPTED",
		"OUT_OF_MEMORY", "RECONFIG_FAIL", "REVOKED",	   "TIMEOUT",
	};

	for (size_t i = 0; i < sizeof(over) / sizeof(*over); i++)
		if (!strncmp(state, over[i], strlen(over[i])))
			return true;
	return false;
}

/* "123_4|CANCELLED by 0"; accounts lag behind. */
static void read_account(struct slurm_task *task, size_t n, char *line)
{
	char *under = strchr(line, '_'), *bar = strchr(line, '|');

	if (under && bar && final(bar + 1))
		read_task(task, n, under + 1);
}

void slurm_accounts(const struct slurm_job *job, struct slurm_task *task,
		    size_t n)
{
	const char *argv[] = { "sacct", "-n", "-P", "-X", "-o",
			       "JobID,State", "-j", job->id,
			       NULL, NULL, NULL };
	struct child c;
	char *rest, *line;

	if (*job->cluster) {
		argv[8] = "-M";
		argv[9] = job->cluster;
	}
	rest = child_run(&c, argv, NULL) ? NULL : c.out;
	while ((line = strsep(&rest, "\n")))
		read_account(task, n, line);
	child_free(&c);
}

bool slurm_goes_on(const struct slurm_task *task)
{
	return task->listed && !final(task->state);
}
