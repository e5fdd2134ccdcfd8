/* SPDX-License-Identifier: MIT */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deviation.h"

/*
 * Each is one thing that another day, directory, user or machine would bring.
 * Values are far from the usual ones, so that what depends on them shows.
 */
const struct deviation perturbations[] = {
	{ .name = "start time",
	  .how = "the clock starts on 2033-05-18 03:33:20 UTC",
	  .environment = { "SOURCE_DATE_EPOCH=2000000000" } },
	{ .name = "addresses",
	  .how = "address randomisation on",
	  .option = { "--addresses", "random" } },
	{ .name = "directory order, reversed",
	  .how = "names in directories backwards",
	  .option = { "--order", "reverse" } },
	{ .name = "directory order, shuffled",
	  .how = "names in directories shuffled",
	  .option = { "--order", "shuffle:1" } },
	{ .name = "process ids",
	  .how = "the system's numbers",
	  .option = { "--pids", "real" } },
	{ .name = "environment size",
	  .how = "a variable of 4 KiB more",
	  .padding = 4096 },
	{ .name = "working directory",
	  .how = "the same files under another path",
	  .directory = "/tmp/samebits/another/working/directory" },
	{ .name = "temporary directory",
	  .how = "TMPDIR=/tmp/samebits-tmp",
	  .environment = { "TMPDIR=/tmp/samebits-tmp" } },
	{ .name = "processors",
	  .how = "one processor allowed",
	  .one_processor = true },
	{ .name = "locale",
	  .how = "LC_ALL=C",
	  .environment = { "LC_ALL=C", "LANGUAGE" } },
	{ .name = "locale, UTF-8",
	  .how = "LC_ALL=C.UTF-8",
	  .environment = { "LC_ALL=C.UTF-8", "LANGUAGE" } },
	{ .name = "time zone",
	  .how = "TZ=SAME-13:45",
	  .environment = { "TZ=SAME-13:45" } },
	{ .name = "umask", .how = "077", .umask = 077 },
	{ .name = "host name", .how = "another-host", .host = "another-host" },
	{ .name = "processor load",
	  .how = "busy processes beside it, two a processor",
	  .load = 2 },
	{ 0 }
};

#define TIMES_OF_FILES                                                         \
	"stat,lstat,fstat,fstatat,statx,__xstat,__lxstat,__fxstat,__fxstatat"
#define CUDA "cublas,cublaslt,cudnn,curand,cusolver,cusparse"

/* Observed sources give real values, and nothing else changes: a clock that is
 * observed leaves the times of files to the logical one. */
const struct deviation factors[] = {
	{ .name = "threads",
	  .how = "threads in other orders, and as the system lets them",
	  .threads = true },
	{ .name = "entropy",
	  .how = "random bytes of the system",
	  .option = { "--observe", "entropy,random_device" },
	  .sources = "entropy,random_device" },
	{ .name = "uuid",
	  .how = "identifiers by libuuid",
	  .option = { "--observe", "uuid" },
	  .sources = "uuid" },
	{ .name = "temporary names",
	  .how = "names of temporary files",
	  .option = { "--observe", "temp" },
	  .sources = "temp" },
	{ .name = "rand",
	  .how = "libc's generators as they are",
	  .option = { "--observe", "rand" },
	  .sources = "rand" },
	{ .name = "fortran",
	  .how = "gfortran's generators as they are",
	  .option = { "--observe", "fortran" },
	  .sources = "fortran" },
	{ .name = "clock",
	  .how = "real time",
	  .option = { "--observe", "clock" },
	  .sources = "clock" },
	{ .name = "file times",
	  .how = "real times of files",
	  .option = { "--observe", TIMES_OF_FILES },
	  .sources = TIMES_OF_FILES },
	{ .name = "directory order",
	  .how = "names as the disk has them",
	  .option = { "--order", "disk" },
	  .sources = "readdir,readdir_r,scandir,scandirat,glob,ftw,nftw,"
		     "fts_read,fts_children,getdents64" },
	{ .name = "process ids",
	  .how = "the system's numbers",
	  .option = { "--pids", "real" },
	  .sources = "pid" },
	{ .name = "addresses",
	  .how = "address randomisation on",
	  .option = { "--addresses", "random" } },
	{ .name = "random bytes at start",
	  .how = "the kernel's AT_RANDOM",
	  .option = { "--observe", "at_random" },
	  .sources = "at_random" },
	{ .name = "uninitialised memory",
	  .how = "malloc() hands out memory that is filled",
	  .environment = { "MALLOC_PERTURB_=85" } },
	{ .name = "environment size",
	  .how = "a variable more, of another length each time",
	  .padding = 1024 },
	{ .name = "hash seeds",
	  .how = "Python hashes by another seed each time",
	  .counted = "PYTHONHASHSEED",
	  .python = true },
	{ .name = "openmp",
	  .how = "loops as they were written",
	  .option = { "--observe", "openmp" },
	  .sources = "openmp" },
	{ .name = "frameworks",
	  .how = "modes of PyTorch and TensorFlow as they were set",
	  .option = { "--framework", "off" },
	  .sources = "torch,tensorflow" },
	{ .name = "cuda",
	  .how = "algorithms and modes as CUDA's libraries choose them",
	  .option = { "--observe", CUDA },
	  .sources = CUDA },
	{ .name = "usage",
	  .how = "what wait3() and wait4() say",
	  .option = { "--observe", "process" },
	  .sources = "wait3,wait4" },
	{ 0 }
};

/* Their options say what of the recording that the trial replays is given. */
const struct deviation recorded[] = {
	{ .name = "entropy",
	  .how = "the random bytes that were recorded",
	  .option = { "--replay", "entropy" },
	  .sources = "entropy,random_device" },
	{ .name = "uuid",
	  .how = "the identifiers that were recorded",
	  .option = { "--replay", "uuid" },
	  .sources = "uuid" },
	{ .name = "temporary names",
	  .how = "the names of temporary files that were recorded",
	  .option = { "--replay", "temp" },
	  .sources = "temp" },
	{ .name = "fortran",
	  .how = "the start of gfortran's generators that was recorded",
	  .option = { "--replay", "fortran" },
	  .sources = "fortran" },
	{ .name = "clock",
	  .how = "the clock that was recorded",
	  .option = { "--replay", "clock" },
	  .sources = "clock" },
	{ .name = "directory order",
	  .how = "names in the order that was recorded",
	  .option = { "--replay", "order" },
	  .sources = "readdir,readdir_r,scandir,scandirat,glob,ftw,nftw,"
		     "fts_read,fts_children,getdents64" },
	{ .name = "random bytes at start",
	  .how = "the AT_RANDOM that was recorded",
	  .option = { "--replay", "at_random" },
	  .sources = "at_random" },
	{ .name = "order of locks",
	  .how = "locks in the order that was recorded",
	  .option = { "--replay", "locks" },
	  .sources = "pthread_create,thrd_create" },
	{ .name = "what others said",
	  .how = "reads and waits as they were recorded",
	  .option = { "--replay", "heard" } },
	{ 0 }
};

/* ---- applied to a trial ---- */

/* Lists of what is observed, or given back, are joined: of an option that is there twice the
 * last one counts. */
static void add_option(struct deviated *r, size_t *n, const char *name,
		       const char *value)
{
	size_t used = strlen(r->observe);

	if (*n + 4 >= sizeof(r->option) / sizeof(*r->option))
		return;
	if (!strcmp(name, "--replay")) {
		used = strlen(r->replay);
		snprintf(r->replay + used, sizeof(r->replay) - used, "%s%s",
			 used ? "," : "", value);
		return;
	}
	if (!strcmp(name, "--observe")) {
		snprintf(r->observe + used, sizeof(r->observe) - used, "%s%s",
			 used ? "," : "", value);
		return;
	}
	r->option[(*n)++] = name;
	if (value)
		r->option[(*n)++] = value;
}

static void add_environment(struct deviated *r, size_t *n, const char *entry)
{
	if (*n + 1 < sizeof(r->environment) / sizeof(*r->environment))
		r->environment[(*n)++] = entry;
	r->environment[*n] = NULL;
}

/* The first of those that are allowed. */
static void one_processor(struct deviated *r)
{
	cpu_set_t allowed;

	CPU_ZERO(&r->processors);
	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return;
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &allowed)) {
			CPU_SET(i, &r->processors);
			r->trial.processors = &r->processors;
			return;
		}
}

/* Stacks begin at multiples of 16: steps that are none move what is on them. */
static void pad(struct deviated *r, unsigned bytes, unsigned nth)
{
	int n = (int)(bytes - 200 * (nth % 5));

	snprintf(r->padding, sizeof(r->padding), "PADDING_OF_SAMEBITS=%0*d", n,
		 0);
}

static void add(struct deviated *r, const struct deviation *d, unsigned nth,
		size_t *options, size_t *variables)
{
	for (size_t i = 0; d->option[i]; i += 2)
		add_option(r, options, d->option[i], d->option[i + 1]);
	for (size_t i = 0; d->environment[i]; i++)
		add_environment(r, variables, d->environment[i]);
	if (d->padding) {
		pad(r, d->padding, nth);
		add_environment(r, variables, r->padding);
	}
	if (d->counted) {
		/* One digit, as there was one before. */
		snprintf(r->counted, sizeof(r->counted), "%s=%u", d->counted,
			 1 + nth % 9);
		add_environment(r, variables, r->counted);
	}
	if (d->directory)
		r->trial.directory = d->directory;
	if (d->host)
		r->trial.host = d->host;
	if (d->umask)
		r->trial.umask = d->umask;
	if (d->one_processor)
		one_processor(r);
	if (d->load)
		r->trial.load = d->load;
}

void deviate(struct deviated *r, const struct trial *from,
	     const struct deviation *const *d, size_t n, unsigned nth)
{
	const char *const *o = from->options, *const *e = from->environment;
	size_t options = 0, variables = 0;

	r->trial = *from;
	*r->observe = *r->replay = 0;
	for (; o && *o; o++) {
		bool list = (!strcmp(*o, "--observe") ||
			     !strcmp(*o, "--replay")) && o[1];

		add_option(r, &options, *o, list ? o[1] : NULL);
		o += list;
	}
	for (; e && *e; e++)
		add_environment(r, &variables, *e);
	for (size_t i = 0; i < n; i++)
		add(r, d[i], nth, &options, &variables);
	if (*r->observe) {
		r->option[options++] = "--observe";
		r->option[options++] = r->observe;
	}
	if (*r->replay) {
		r->option[options++] = "--replay";
		r->option[options++] = r->replay;
	}
	r->option[options] = r->environment[variables] = NULL;
	r->trial.options = r->option;
	r->trial.environment = r->environment;
}

/* ---- what it is about ---- */

static bool listed(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += n)
		if ((at == list || at[-1] == ',') && (!at[n] || at[n] == ','))
			return true;
	return false;
}

bool deviation_names(const struct deviation *d, const char *name,
		     const char *group)
{
	return d->sources &&
	       (listed(d->sources, name) || listed(d->sources, group));
}

static bool has_python(const struct rundir *run)
{
	for (size_t i = 0; i < run->nlogs; i++)
		if (run->log[i].nlines ||
		    strstr(run->log[i].head.program, "python"))
			return true;
	return false;
}

bool deviation_concerns(const struct deviation *d, const struct rundir *run,
			const struct tally *tally, unsigned long *calls)
{
	*calls = 0;
	if (d->python)
		return has_python(run);
	if (d->threads)
		return tally_threads(tally, calls);
	if (!d->sources)
		return true;
	for (size_t i = 0; i < tally->n; i++)
		if (deviation_names(d, tally->source[i].name,
				    tally->source[i].group))
			*calls += tally->source[i].calls;
	return *calls;
}
