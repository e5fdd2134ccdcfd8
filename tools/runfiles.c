/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beside.h"
#include "files.h"
#include "job.h"
#include "layer.h"
#include "run.h"
#include "runfiles.h"
#include "runopts.h"
#include "say.h"

#define LONG (4ull << 30) /* bytes: some seconds */

static struct {
	char cwd[PATH_MAX], store[PATH_MAX];
	struct digests *known;
} r;

static void start(const char *dir)
{
	char *slash;

	if (r.known)
		return;

	if (!getcwd(r.cwd, sizeof(r.cwd)))
		*r.cwd = 0;
	job_run(r.store, sizeof(r.store), dir);
	slash = strrchr(r.store, '/');
	if (slash)
		*slash = 0;
	r.known = digests_open(r.store);
}

void runfiles_beside(const char *dir)
{
	start(dir);
	beside_start(dir, r.known);
}

static int find(struct files *files, const struct rundir *run)
{
	struct file_rules rules = { .cwd = r.cwd, .store = r.store };
	int ret = globs_split(&rules.output, wanted.output);

	if (!ret)
		ret = globs_split(&rules.no_output, wanted.no_output);
	if (!ret)
		ret = globs_split(&rules.input, wanted.input);
	if (!ret)
		ret = globs_split(&rules.no_input, wanted.no_input);
	if (!ret)
		ret = files_find(files, run, &rules);
	globs_free(&rules.output);
	globs_free(&rules.no_output);
	globs_free(&rules.input);
	globs_free(&rules.no_input);
	return ret;
}

static unsigned long long bytes(const struct files *files)
{
	unsigned long long sum = 0;
	struct stat st;

	for (size_t i = 0; i < files->outputs; i++)
		if (files->output[i].state == FILE_WHOLE &&
		    stat(files->output[i].path, &st) == 0)
			sum += (unsigned long long)st.st_size;
	return sum;
}

static void digest(struct files *files, bool hurry, bool quiet)
{
	unsigned long long much = bytes(files);
	bool stop = hurry && much > LONG / 64;

	if (!stop && !quiet && much > LONG)
		say("making digests of %zu files, %llu MiB", files->outputs,
		    much >> 20);
	files_digest(files, r.known, &stop);
}

#define ELSEWHERE_MOST (1ull << 30)

static void copy_there(const char *path)
{
	char to[PATH_MAX];
	int n = snprintf(to, sizeof(to), "%s%s", run_elsewhere, path);

	if (n < 0 || (size_t)n >= sizeof(to))
		return;
	for (char *p = to + strlen(run_elsewhere); (p = strchr(p, '/')); p++) {
		*p = 0;
		mkdir(to, 0700);
		*p = '/';
	}
	layer_copy(path, to, NULL);
}

/* What lies in a private /tmp is gone with it. */
static void copy_elsewhere(const struct files *files)
{
	uint64_t size = 0;

	for (size_t i = 0; run_elsewhere && i < files->outputs; i++) {
		const struct file_entry *e = &files->output[i];

		if (e->state != FILE_WHOLE ||
		    path_below(e->path, r.cwd) != e->path)
			continue;
		size += e->digest.size;
		if (size > ELSEWHERE_MOST)
			return;
		copy_there(e->path);
	}
}

int runfiles_end(const struct rundir *run, bool hurry, bool quiet)
{
	const char *dir = run->dir;
	struct files files = { 0 };
	int ret;

	beside_stop();
	start(dir);
	ret = r.known ? find(&files, run) : -ENOMEM;
	if (!ret) {
		digest(&files, hurry, quiet);
		copy_elsewhere(&files);
		files_versions(&files, run);
		ret = files_write(&files, dir);
	}
	/* Ranks read much the same: one keeps what it found out, as machines
	 * that append to one file of a server overwrite each other's. */
	if (job_first_rank(dir))
		digests_close(r.known);
	else
		digests_drop(r.known);
	r.known = NULL;
	files_free(&files);
	return ret;
}
