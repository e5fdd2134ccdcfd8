/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>

#include "files.h"

/* ---- what the logs say ---- */

/* One name: what the run did with it. */
struct use {
	char *path;
	const struct sb_file *record; /* NULL: named by an option */
	bool read;
	bool written;
	bool held;    /* as it was before the run: read, or written to */
	size_t order; /* for what is equal */
};

struct uses {
	struct use *use;
	size_t n, room;
};

/* Takes `path`, also on failure. */
static int add(struct uses *u, struct use what)
{
	struct use *use = u->use;

	if (what.path && u->n == u->room) {
		u->room = u->room ? u->room * 2 : 64;
		use = realloc(use, u->room * sizeof(*use));
	}
	if (!what.path || !use) {
		free(what.path);
		return -ENOMEM;
	}
	u->use = use;
	what.order = u->n;
	use[u->n++] = what;
	return 0;
}

struct renaming {
	const struct log *log;
	const char *from, *to;
};

struct renamings {
	struct renaming *at;
	size_t n;
};

static int find_renamings(struct renamings *r, const struct rundir *run)
{
	size_t n = 0;

	for (size_t i = 0; i < run->nlogs; i++)
		n += run->log[i].nfiles;
	*r = (struct renamings){ calloc(n + 1, sizeof(*r->at)), 0 };
	if (!r->at)
		return -ENOMEM;
	for (size_t i = 0; i < run->nlogs; i++)
		for (size_t k = 0; k < run->log[i].nfiles; k++) {
			const struct sb_file *f = run->log[i].file[k];

			if (f && f->use & SB_RENAMED)
				r->at[r->n++] = (struct renaming){
					&run->log[i], f->text,
					f->text + strlen(f->text) + 1
				};
		}
	return 0;
}

/* `from` itself, or the directory that it lies in: the new name, the caller's
 * to free; NULL: this is about others. */
static char *renamed(const struct renaming *r, const char *path)
{
	size_t n = strlen(r->from);
	char *to;

	if (strncmp(path, r->from, n) || (path[n] && path[n] != '/'))
		return NULL;
	return asprintf(&to, "%s%s", r->to, path + n) < 0 ? NULL : to;
}

#define HOPS 16 /* names that one file has had; more are a circle */

/* A file was written under one name, and may have others by now. */
static int add_written(struct uses *u, const struct renamings *r,
		       const char *path, const struct sb_file *f)
{
	bool held = !(f->use & SB_FRESH) && f->use & SB_WRITTEN;
	char *name = strdup(path);
	int ret = 0;

	for (int hop = 0; name && hop < HOPS && !ret; hop++) {
		char *next = NULL;

		ret = add(u, (struct use){ .path = strdup(name),
					   .record = f,
					   .written = true,
					   .held = held && !hop });
		for (size_t i = 0; !next && i < r->n; i++)
			next = renamed(&r->at[i], name);
		free(name);
		name = next;
	}
	free(name);
	return ret;
}

static int add_record(struct uses *u, const struct renamings *r,
		      const struct sb_file *f, double start)
{
	bool before = (double)f->mtime / 1e9 < start;
	int ret = 0;

	if (f->use & SB_RENAMED)
		return add_written(u, r, f->text + strlen(f->text) + 1, f);
	if (f->use & SB_READ && !(f->use & SB_FRESH))
		ret = add(u, (struct use){ .path = strdup(f->text),
					   .record = f,
					   .read = true,
					   .held = before });
	if (!ret && f->use & SB_WRITTEN)
		ret = add_written(u, r, f->text, f);
	return ret;
}

/* What an option names and the logs do not. */
static int add_named(struct uses *u, const struct globs *g, const char *cwd,
		     struct use what)
{
	int ret = 0;

	for (size_t i = 0; i < g->n && !ret; i++) {
		char *pattern = NULL;
		glob_t found;

		if (*g->glob[i] == '/')
			pattern = strdup(g->glob[i]);
		else if (asprintf(&pattern, "%s/%s", cwd, g->glob[i]) < 0)
			pattern = NULL;
		if (!pattern)
			return -ENOMEM;
		if (glob(pattern, GLOB_NOSORT, NULL, &found) == 0) {
			for (size_t k = 0; k < found.gl_pathc && !ret; k++) {
				what.path = realpath(found.gl_pathv[k], NULL);
				ret = what.path ? add(u, what) : 0;
			}
			globfree(&found);
		}
		free(pattern);
	}
	return ret;
}

static int collect(struct uses *u, const struct rundir *run,
		   const struct file_rules *rules)
{
	double start =
		json_number_value(json_object_get(run->manifest, "start"));
	struct renamings r;
	int ret = find_renamings(&r, run);

	for (size_t i = 0; i < run->nlogs && !ret; i++)
		for (size_t k = 0; k < run->log[i].nfiles && !ret; k++)
			if (run->log[i].file[k])
				ret = add_record(u, &r, run->log[i].file[k],
						 start);
	if (!ret)
		ret = add_named(u, &rules->output, rules->cwd,
				(struct use){ .written = true });
	if (!ret)
		ret = add_named(u, &rules->input, rules->cwd,
				(struct use){ .read = true, .held = true });
	free(r.at);
	return ret;
}

/* ---- inputs and outputs ---- */

static bool within(const char *path, const char *directory)
{
	return path_below(path, directory) != path;
}

/* Python writes into them when their sources were written, and tells no
 * difference that matters. */
static bool is_cache(const char *path)
{
	size_t n = strlen(path);

	return n > 4 && !strcmp(path + n - 4, ".pyc") &&
	       strstr(path, "/__pycache__/");
}

/* Where ranks exchange their messages: MPI's own, named by the job. */
static bool carries_messages(const char *path)
{
	static const char *const parts[] = {
		"/dev/shm/vader_segment.", "/dev/shm/sm_segment.",
		"/dev/shm/osc_rdma_",	   "/dev/shm/psm_shm.",
		"/dev/shm/psm2_shm.",	   "/dev/shm/mpich_shar_tmp",
		"/dev/shm/Intel_MPI_",	   "/ompi.",
		"/pmix_dstor_",		   "/prte.",
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (strstr(path, parts[i]))
			return true;
	return false;
}

static bool of_kernel(const char *path)
{
	return within(path, "/proc") || within(path, "/sys") ||
	       (within(path, "/dev") && !within(path, "/dev/shm"));
}

static bool left_out(const char *path, const struct globs *wanted,
		     const struct globs *unwanted,
		     const struct file_rules *rules)
{
	if (within(path, rules->store) || of_kernel(path))
		return true;
	if (globs_match(unwanted, path, rules->cwd))
		return true;
	return (is_cache(path) || carries_messages(path)) &&
	       !globs_match(wanted, path, rules->cwd);
}

bool file_of_system(const char *path)
{
	static const char *const top[] = { "/usr",  "/lib",	"/lib64",
					   "/etc",  "/opt",	"/bin",
					   "/sbin", "/var/lib", "/var/cache" };
	static const char *const part[] = { "/site-packages/",
					    "/dist-packages/", "/lib/python3" };

	for (size_t i = 0; i < sizeof(top) / sizeof(*top); i++)
		if (within(path, top[i]))
			return true;
	for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++)
		if (strstr(path, part[i]))
			return true;
	return false;
}

static const char *special(mode_t mode)
{
	return S_ISFIFO(mode)	? "fifo"
	       : S_ISSOCK(mode) ? "socket"
	       : S_ISDIR(mode)	? "directory"
				: "device";
}

static int put(struct file_entry *list, size_t *n, struct use *u)
{
	struct file_entry *e = &list[(*n)++];
	uint32_t kind = u->record ? u->record->kind : S_IFREG;

	*e = (struct file_entry){ .path = strdup(u->path),
				  .state = FILE_WHOLE,
				  .record = u->record };
	if (!e->path)
		return -ENOMEM;
	if (kind == S_IFREG || u->record->use & SB_RENAMED)
		return 0;
	e->state = FILE_SPECIAL;
	e->why = strdup(special(kind));
	return e->why ? 0 : -ENOMEM;
}

/* What is not there at the end was temporary, unless it had been before. */
static bool is_output(const struct use *u)
{
	struct stat st;

	/* A directory that was renamed: what is in it counts. */
	if (!u->written || (u->record && S_ISDIR(u->record->kind)))
		return false;
	return u->held || lstat(u->path, &st) == 0;
}

/* All uses of one name become one. */
static void unite(struct use *into, const struct use *u)
{
	if (!into->record || (u->read && u->held && !into->held))
		into->record = u->record;
	into->read |= u->read;
	into->written |= u->written;
	into->held |= u->held;
}

/* What the run wrote and read back is none. */
static bool is_input(const struct use *u)
{
	return u->read && (u->held || !u->written);
}

static int by_path(const void *a, const void *b)
{
	const struct use *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	return order ? order : (x->order > y->order) - (x->order < y->order);
}

static int divide(struct files *files, struct uses *u,
		  const struct file_rules *rules)
{
	int ret = 0;

	files->input = calloc(u->n + 1, sizeof(*files->input));
	files->output = calloc(u->n + 1, sizeof(*files->output));
	if (!files->input || !files->output)
		return -ENOMEM;
	if (u->n)
		qsort(u->use, u->n, sizeof(*u->use), by_path);
	for (size_t i = 0, k; i < u->n && !ret; i = k) {
		struct use all = u->use[i];

		for (k = i + 1; k < u->n && !strcmp(u->use[k].path, all.path);
		     k++)
			unite(&all, &u->use[k]);
		if (is_input(&all) &&
		    !left_out(all.path, &rules->input, &rules->no_input, rules))
			ret = put(files->input, &files->inputs, &all);
		if (!ret && is_output(&all) &&
		    !left_out(all.path, &rules->output, &rules->no_output,
			      rules))
			ret = put(files->output, &files->outputs, &all);
	}
	return ret;
}

int files_find(struct files *files, const struct rundir *run,
	       const struct file_rules *rules)
{
	struct uses u = { 0 };
	int ret;

	*files = (struct files){ 0 };
	ret = collect(&u, run, rules);
	if (!ret)
		ret = divide(files, &u, rules);
	for (size_t i = 0; i < u.n; i++)
		free(u.use[i].path);
	free(u.use);
	return ret;
}

/* ---- versions ---- */

/* From the first digit after "-", "-r" or ".so." in a file's name; NULL: there is
 * none. */
static const char *version_in(const char *name)
{
	const char *at = strstr(name, ".so.");

	if (at)
		return at + 4;
	for (at = strchr(name, '-'); at; at = strchr(at + 1, '-')) {
		at += at[1] == 'r';
		if (at[1] >= '0' && at[1] <= '9')
			return at + 1;
	}
	return NULL;
}

int files_versions(struct files *files, const struct rundir *run)
{
	char real[PATH_MAX];

	files->objects = json_object();
	if (!files->objects)
		return -ENOMEM;
	for (size_t i = 0; i < run->nlogs; i++)
		for (size_t k = 0; k < run->log[i].nmodules; k++) {
			const struct sb_module *m = run->log[i].module[k];
			const char *version;
			size_t n;

			if (!m || *m->path != '/' ||
			    json_object_get(files->objects, m->path) ||
			    !realpath(m->path, real))
				continue;
			version = version_in(strrchr(real, '/') + 1);
			n = version ? strlen(version) : 0;
			/* "-311-x86_64-linux-gnu.so" is none. */
			if (n > 3 && !strcmp(version + n - 3, ".so"))
				n = memchr(version, '.', n - 3) ? n - 3 : 0;
			if (n)
				json_object_set_new(files->objects, m->path,
						    json_stringn(version, n));
		}
	return 0;
}

/* ---- digests ---- */

struct work {
	struct files *files;
	struct digests *known;
	const volatile bool *stop;
	atomic_size_t next;
};

static void failed(struct file_entry *e, int error)
{
	switch (error) {
	case -EAGAIN:
		e->state = FILE_CHANGED;
		return;
	case -ENOENT:
	case -ENOTDIR:
		e->state = FILE_GONE;
		return;
	}
	e->state = FILE_UNREADABLE;
	e->why = strdup(error == -ECANCELED ? "the run was interrupted"
					    : strerror(-error));
}

static bool as_opened(const struct sb_file *f, const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_dev == f->dev &&
	       st.st_ino == f->ino && (uint64_t)st.st_size == f->size &&
	       st.st_mtim.tv_sec * 1000000000ll + st.st_mtim.tv_nsec ==
		       f->mtime;
}

/* What an input held when it was opened. */
static void digest_input(struct work *w, struct file_entry *e)
{
	const struct sb_file *f = e->record;
	int ret;

	if (f && !as_opened(f, e->path)) {
		if (!digests_past(w->known, f->dev, f->ino, f->size, f->mtime,
				  &e->digest))
			e->state = FILE_CHANGED;
		return;
	}
	ret = digests_find(w->known, e->path, &e->digest, w->stop);
	if (ret)
		failed(e, ret);
}

static void digest_output(struct work *w, struct file_entry *e)
{
	struct stat st;
	int ret;

	/* A name that was renamed onto may be anything. */
	if (stat(e->path, &st) == 0 && !S_ISREG(st.st_mode)) {
		e->state = FILE_SPECIAL;
		e->why = strdup(special(st.st_mode));
		return;
	}
	ret = digests_find(w->known, e->path, &e->digest, w->stop);
	if (ret)
		failed(e, ret);
}

static void *worker(void *arg)
{
	struct work *w = arg;
	struct files *f = w->files;
	size_t i;

	while ((i = atomic_fetch_add(&w->next, 1)) < f->inputs + f->outputs) {
		struct file_entry *e = i < f->inputs
					       ? &f->input[i]
					       : &f->output[i - f->inputs];

		if (e->state != FILE_WHOLE)
			continue;
		if (i < f->inputs)
			digest_input(w, e);
		else
			digest_output(w, e);
	}
	return NULL;
}

#define THREADS 16
#define EACH 16 /* files that are worth a thread */

void files_digest(struct files *files, struct digests *known,
		  const volatile bool *stop)
{
	struct work w = { .files = files, .known = known, .stop = stop };
	size_t wanted = (files->inputs + files->outputs) / EACH;
	pthread_t thread[THREADS];
	size_t n = 0;

	if (wanted > (size_t)get_nprocs())
		wanted = (size_t)get_nprocs();
	while (n + 1 < wanted && n < THREADS &&
	       !pthread_create(&thread[n], NULL, worker, &w))
		n++;
	worker(&w);
	while (n)
		pthread_join(thread[--n], NULL);
}
