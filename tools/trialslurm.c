/* SPDX-License-Identifier: MIT */
/* How trials are handed to Slurm; trialgather.c waits for them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wordexp.h>

#include "cmd.h"
#include "record.h"
#include "say.h"
#include "slurm.h"
#include "slurmpart.h"
#include "store.h"
#include "trialmetrics.h"
#include "trialslurm.h"

/* One job array. */
struct part {
	char path[PATH_MAX + 32];
	unsigned number;
	const size_t *trial; /* which, from 0 */
	size_t tasks;
	unsigned first; /* numbers of runs are looked for from here up */
};

static const char *file(const struct part *p, const char *ending)
{
	static char path[sizeof(p->path) + 16];

	snprintf(path, sizeof(path), "%s.%s", p->path, ending);
	return path;
}

static int cannot_write(const char *path, int ret)
{
	return fail("%s: %s; free space, or name another place with --store "
		    "DIR", path, strerror(-ret));
}

/* ---- what is missing ---- */

static bool *done_runs(const struct trialslurm *s)
{
	const json_t *trial;
	size_t i, n = plan_jobs(s->plan);
	bool *done = calloc(n + 1, sizeof(*done));

	json_array_foreach(json_object_get(s->record->content, "trials"), i,
			   trial) {
		size_t run = ((size_t)json_integer_value(json_object_get(
				      trial, "trial")) - 1) * s->plan->repeat +
			     (size_t)json_integer_value(
				     json_object_get(trial, "repeat")) - 1;

		if (done && run < n)
			done[run] = true;
	}
	return done;
}

/* Trials of which a repeat is missing; how many. */
static size_t missing(const struct trialslurm *s, const bool *done,
		      size_t *trial)
{
	size_t n = 0, repeat = s->plan->repeat;

	for (size_t t = 0; t < plan_jobs(s->plan) / repeat; t++)
		if (memchr(done + t * repeat, false, repeat))
			trial[n++] = t;
	return n;
}

/* ---- what tasks read ---- */

static int write_due(const struct trialslurm *s, const struct part *p,
		     const bool *done)
{
	FILE *to = fopen(file(p, "due"), "we");

	if (!to)
		return -errno;
	for (size_t i = 0; i < p->tasks; i++)
		for (size_t r = 0; r < s->plan->repeat; r++) {
			size_t k = p->trial[i] * s->plan->repeat + r;
			struct job j = plan_job(s->plan, k);

			due_print(to, &(struct due){ done[k] ? 0 : j.run,
						     j.seed });
		}
	return part_close(to);
}

static size_t count(const char *const *list)
{
	size_t n = 0;

	while (list[n])
		n++;
	return n;
}

static int write_how(const struct trialslurm *s, const struct part *p)
{
	const json_t *c = s->record->content;
	json_t *j = json_pack(
		"{s:I, s:i, s:i, s:O, s:O, s:f, s:i}", "options",
		(json_int_t)count(s->trial->options), "folds",
		(int)s->plan->folds, "repeat", (int)s->plan->repeat, "metrics",
		json_object_get(c, "metrics"), "value",
		json_object_get(c, "value"), "timeout", s->trial->timeout,
		"first", (int)p->first);
	int ret = 0;

	errno = EIO;
	if (!j || json_dump_file(j, file(p, "json"), JSON_INDENT(1)))
		ret = j ? -errno : -ENOMEM;
	json_decref(j);
	return ret ? ret : words_write(file(p, "words"), s->trial->options,
				       s->trial->argv);
}

/* A step's variables would make a rank of each task where sbatch is called in a
 * step. */
static int write_script(const struct part *p, const char *dir)
{
	char cwd[PATH_MAX], us[PATH_MAX], stdin_path[PATH_MAX + 32];
	FILE *to = fopen(file(p, "sh"), "we");
	ssize_t n = readlink("/proc/self/exe", us, sizeof(us) - 1);

	if (!to)
		return -errno;
	us[n > 0 ? n : 0] = 0;
	snprintf(stdin_path, sizeof(stdin_path), "%s/stdin", dir);
	fputs("#!/bin/sh\n# Each task of the array makes one trial.\n"
	      "unset SLURM_STEP_ID SLURM_STEPID SLURM_STEP_NUM_TASKS\n"
	      "cd ", to);
	shell_print(to, getcwd(cwd, sizeof(cwd)) ? cwd : ".");
	fputs(" || exit\nexec ", to);
	shell_print(to, us);
	fputs(" trials --task ", to);
	shell_print(to, p->path);
	fputs(" \"$SLURM_ARRAY_TASK_ID\" <", to);
	shell_print(to, access(stdin_path, F_OK) ? "/dev/null" : stdin_path);
	fputc('\n', to);
	return part_close(to);
}

/* What runs are to read: once for all of them. Nothing is there: as it was. */
static int keep_stdin(const char *dir)
{
	char path[PATH_MAX + 32], block[65536];
	FILE *to = NULL;
	ssize_t n;
	int ret = 0;

	snprintf(path, sizeof(path), "%s/stdin", dir);
	while (!isatty(0) && !ret && (n = read(0, block, sizeof(block))) > 0) {
		if (!to)
			to = fopen(path, "we");
		if (!to)
			return -errno;
		if (fwrite(block, 1, (size_t)n, to) != (size_t)n)
			ret = -errno;
	}
	if (to && !ret)
		ret = part_close(to);
	else if (to)
		fclose(to);
	return ret;
}

/* ---- sbatch ---- */

#define OURS 12 /* words at most */

/* As a shell would part it. False: it was said. */
static bool add_words(wordexp_t *words, const char *lines)
{
	char *copy = strdup(lines), *rest = copy, *line;
	int flags = WRDE_NOCMD;
	bool ok = true;

	while (ok && (line = strsep(&rest, "\n"))) {
		ok = !wordexp(line, words, flags);
		flags |= WRDE_APPEND;
		if (!ok)
			fail("--sbatch '%s': cannot be parted into words; "
			     "quote what the shell would take for its own",
			     line);
	}
	free(copy);
	for (size_t i = 0; ok && i < words->we_wordc; i++) {
		const char *w = words->we_wordv[i];

		if (!strncmp(w, "--array", 7) || !strncmp(w, "-a", 2) ||
		    !strncmp(w, "--wrap", 6)) {
			ok = false;
			fail("--sbatch '%s': which tasks there are follows "
			     "from -n and --seeds, at a time from -j; leave it "
			     "away", w);
		}
	}
	return ok;
}

/* A pattern to Slurm: its percents are doubled. */
static void print_log(char *out, size_t size, const struct part *p)
{
	size_t n = (size_t)snprintf(out, size, "--output=");

	for (const char *c = p->path; *c && n + 12 < size; c++) {
		out[n++] = *c;
		if (*c == '%')
			out[n++] = '%';
	}
	snprintf(out + n, size - n, "-%%a.log");
}

static int refused(int ret, char *words)
{
	if (ret == -ENOENT)
		fail("sbatch: not found; --slurm needs Slurm's commands in "
		     "PATH: load its module, or leave --slurm away");
	else
		fail("sbatch did not take the trials: %s; --sbatch 'OPTIONS' "
		     "changes what is asked for",
		     words && *words ? words : strerror(-ret));
	free(words);
	return STATUS_TROUBLE;
}

static int note_part(struct trialslurm *s, const struct part *p,
		     const struct slurm_job *job)
{
	json_t *content = s->record->content;
	json_t *list = json_object_get(content, "slurm");
	int ret;

	if (!list) {
		list = json_array();
		json_object_set_new(content, "slurm", list);
	}
	json_array_append_new(
		list, json_pack("{s:i, s:s, s:s, s:I, s:b}", "part",
				(int)p->number, "job", job->id, "cluster",
				job->cluster, "tasks", (json_int_t)p->tasks,
				"gathered", 0));
	ret = record_write(s->record->dir, "trials", content);
	return ret ? cannot_write(s->record->dir, ret) : 0;
}

/* `before`: the job that it follows, where so many are to go on at a time. */
static int submit(struct trialslurm *s, const struct part *p,
		  struct slurm_job *before)
{
	char array[64], name[64], log[2 * sizeof(p->path)], follow[64];
	char *words;
	wordexp_t w = { 0 };
	size_t n;
	int ret;

	if (!add_words(&w, s->sbatch ? s->sbatch : ""))
		return STATUS_TROUBLE;
	n = snprintf(array, sizeof(array), "--array=1-%zu", p->tasks);
	if (s->jobs)
		snprintf(array + n, sizeof(array) - n, "%%%u", s->jobs);
	snprintf(name, sizeof(name), "--job-name=samebits-%s", s->record->name);
	print_log(log, sizeof(log), p);
	const char *argv[w.we_wordc + OURS];

	argv[0] = "sbatch";
	argv[1] = name; /* may be given anew */
	memcpy(argv + 2, w.we_wordv, w.we_wordc * sizeof(*argv));
	n = w.we_wordc + 2;
	argv[n++] = "--parsable";
	argv[n++] = "--open-mode=append";
	argv[n++] = array;
	argv[n++] = log;
	if (s->jobs && *before->id) {
		snprintf(follow, sizeof(follow), "--dependency=afterany:%s",
			 before->id);
		argv[n++] = follow;
	}
	argv[n++] = file(p, "sh");
	argv[n] = NULL;
	ret = slurm_submit(argv, before, &words);
	wordfree(&w);
	return ret ? refused(ret, words) : note_part(s, p, before);
}

static int submit_part(struct trialslurm *s, struct part *p, const char *dir,
		       const bool *done, struct slurm_job *before)
{
	int ret;

	snprintf(p->path, sizeof(p->path), "%s/%u", dir, p->number);
	ret = write_due(s, p, done);
	if (!ret)
		ret = write_how(s, p);
	if (!ret)
		ret = write_script(p, dir);
	return ret ? cannot_write(p->path, ret) : submit(s, p, before);
}

/* ---- all of them ---- */

/* Above all numbers that there are. */
static unsigned first_free(const char *store)
{
	struct dirent **run;
	int n = store_list(store, &run);
	unsigned long last = 0;

	if (n > 0)
		last = strtoul(run[n - 1]->d_name, NULL, 10);
	if (n >= 0)
		store_list_free(run, n);
	return (unsigned)last + 1;
}

static int submit_all(struct trialslurm *s, const char *dir, const bool *done,
		      const size_t *trial, size_t n)
{
	size_t most = slurm_index_most();
	struct slurm_job before = { .id = "" };
	struct part p = { .number = (unsigned)json_array_size(json_object_get(
				  s->record->content, "slurm")),
			  .trial = trial,
			  .first = first_free(s->record->store) };
	int ret = keep_stdin(dir);

	if (ret)
		return cannot_write(dir, ret);
	for (size_t i = 0; i < n && !ret; i += p.tasks) {
		p.number++;
		p.trial = trial + i;
		p.tasks = n - i < most ? n - i : most;
		ret = submit_part(s, &p, dir, done, &before);
		p.first += (unsigned)p.tasks * s->plan->repeat;
	}
	return ret;
}

int trialslurm_submit(struct trialslurm *s)
{
	char dir[PATH_MAX + 16];
	size_t *trial = calloc(plan_jobs(s->plan) + 1, sizeof(*trial));
	bool *done = done_runs(s);
	int ret;

	snprintf(dir, sizeof(dir), "%s/slurm", s->record->dir);
	if (!trial || !done)
		ret = fail("%s", strerror(ENOMEM));
	else if (mkdir(dir, 0755) && errno != EEXIST)
		ret = cannot_write(dir, -errno);
	else
		ret = submit_all(s, dir, done, trial, missing(s, done, trial));
	free(trial);
	free(done);
	return ret;
}
