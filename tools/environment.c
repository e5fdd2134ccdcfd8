/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "collect.h"
#include "environment.h"
#include "jsonfile.h"
#include "ranks.h"
#include "text.h"

/* git's time beside the program, and what is waited for it when that has ended.
 */
#define BESIDE_MS 20000
#define HURRY_MS 30
#define NOW_MS 5000

/* ---- the machine ---- */

static json_t *machine(void)
{
	json_t *j = json_object();

	json_object_set_new(j, "format", json_integer(ENVIRONMENT_FORMAT));
	json_object_set_new(j, "system", collect_system());
	json_object_set_new(j, "container", collect_container());
	json_object_set_new(j, "processor", collect_processor());
	json_object_set_new(j, "memory", collect_memory());
	json_object_set_new(j, "limits", collect_limits());
	json_object_set_new(j, "samebits", json_string(SAMEBITS_VERSION));
	return j;
}

/* ---- beside the program ---- */

/* What a thread of its own collects. */
struct part {
	json_t *(*collect)(void);
	pthread_t thread;
	bool running;
	json_t *found; /* NULL: not yet */
};

static json_t *git_with_time(void)
{
	return collect_git(BESIDE_MS);
}

static json_t *gpus_asked(void)
{
	return collect_gpus(true);
}

static struct {
	pthread_mutex_t lock;
	pthread_cond_t found;
	bool ready;
	struct part host, git, gpus;
} b = { .lock = PTHREAD_MUTEX_INITIALIZER,
	.host.collect = machine,
	.git.collect = git_with_time,
	.gpus.collect = gpus_asked };

static void *collect_part(void *arg)
{
	struct part *p = arg;
	json_t *j;

	/* Linux: of this thread, and of the git that it starts. Not the lowest:
	 * on a busy machine that would never end. */
	setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 5);
	j = p->collect();
	pthread_mutex_lock(&b.lock);
	p->found = j;
	pthread_cond_broadcast(&b.found);
	pthread_mutex_unlock(&b.lock);
	return NULL;
}

static void start(struct part *p)
{
	pthread_condattr_t attr;
	sigset_t all, mask;

	if (!b.ready) {
		pthread_condattr_init(&attr);
		pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
		pthread_cond_init(&b.found, &attr);
		b.ready = true;
	}
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &mask);
	p->running = !pthread_create(&p->thread, NULL, collect_part, p);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
}

void environment_beside(void)
{
	if (b.host.running)
		return;
	start(&b.host);
	start(&b.git);
}

void environment_thorough(void)
{
	if (!b.gpus.running)
		start(&b.gpus);
}

/* NULL: it was not begun, or takes too long and is left to itself. */
static json_t *take(struct part *p, const struct timespec *until)
{
	json_t *j;
	int ret = 0;

	if (!p->running)
		return NULL;
	p->running = false;
	pthread_mutex_lock(&b.lock);
	while (!p->found && !ret)
		ret = until ? pthread_cond_timedwait(&b.found, &b.lock, until)
			    : pthread_cond_wait(&b.found, &b.lock);
	j = p->found;
	p->found = NULL;
	pthread_mutex_unlock(&b.lock);
	if (j)
		pthread_join(p->thread, NULL);
	else
		pthread_detach(p->thread);
	return j;
}

/* The driver's library must not be left at work while we end: it is waited for,
 * once until the machine starts again. */
static json_t *from_beside(void)
{
	json_t *j, *git, *gpus = take(&b.gpus, NULL);
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += HURRY_MS * 1000000l;
	until.tv_sec += until.tv_nsec / 1000000000l;
	until.tv_nsec %= 1000000000l;
	j = take(&b.host, &until);
	git = take(&b.git, &until);
	if (!j)
		j = machine();
	json_object_set_new(j, "git", git ? git : collect_git(0));
	json_object_set_new(j, "cuda", gpus ? gpus : collect_gpus(false));
	return j;
}

/* ---- the whole ---- */

static void add_cuda_libraries(json_t *j, const json_t *objects)
{
	json_t *libraries = collect_cuda_libraries(objects);
	json_t *cuda = json_object_get(j, "cuda");

	if (!json_object_size(libraries)) {
		json_decref(libraries);
		return;
	}
	if (!json_is_object(cuda)) {
		cuda = json_object();
		json_object_set_new(j, "cuda", cuda);
	}
	json_object_set_new(cuda, "libraries", libraries);
}

json_t *environment_of_run(const struct rundir *run,
			   const struct variables *changed)
{
	const char *program = json_string_value(
		json_object_get(run->manifest, "program"));
	struct packages *p = packages_open();
	json_t *objects = collect_objects(run, p);
	json_t *python = collect_python(run, p, objects), *j;

	j = from_beside();
	json_object_set_new(j, "variables", collect_variables(changed));
	json_object_set_new(j, "program", collect_program(program, p));
	json_object_set_new(j, "python", python);
	json_object_set_new(j, "r", collect_r(run));
	json_object_set_new(j, "libraries", collect_libraries(run));
	add_cuda_libraries(j, objects);
	json_object_set_new(j, "objects", objects);
	packages_close(p);
	return j;
}

json_t *environment_now(void)
{
	struct packages *p = packages_open();
	json_t *j = machine();

	json_object_set_new(j, "git", collect_git(NOW_MS));
	json_object_set_new(j, "cuda", collect_gpus(true));
	json_object_set_new(j, "variables", collect_variables(NULL));
	json_object_set_new(j, "python", collect_python_at(NULL, p));
	packages_close(p);
	return j;
}

/* ---- files ---- */

int environment_write(const char *dir, const json_t *environment)
{
	return jsonfile_write_in(dir, ENVIRONMENT_FILE, environment,
				 JSON_INDENT(1));
}

/* Each of a list is an object with these texts. */
static bool all_have(const json_t *list, const char *a, const char *b)
{
	json_t *one;
	size_t i;

	json_array_foreach((json_t *)list, i, one)
		if (!json_is_string(json_object_get(one, a)) ||
		    !json_is_string(json_object_get(one, b)))
			return false;
	return true;
}

/* What readers take for granted, of a file that anybody may have changed. */
static bool sound(const json_t *j)
{
	const json_t *pythons = json_object_get(j, "python");
	json_t *one;
	size_t i;

	json_array_foreach((json_t *)pythons, i, one)
		if (!all_have(json_object_get(one, "packages"), "name", "site"))
			return false;
	return all_have(pythons, "executable", "version") &&
	       all_have(json_object_get(j, "objects"), "path", "path") &&
	       all_have(json_object_get(j, "libraries"), "kind", "path");
}

int environment_load(const char *path, json_t **environment)
{
	json_t *j, *format;

	*environment = NULL;
	if (access(path, R_OK))
		return -errno;
	j = json_load_file(path, 0, NULL);
	format = json_object_get(j, "format");
	if (!json_is_integer(format) ||
	    json_integer_value(format) != ENVIRONMENT_FORMAT) {
		int ret = json_integer_value(format) > ENVIRONMENT_FORMAT
				  ? -EPROTO
				  : -EBADMSG;

		json_decref(j);
		return ret;
	}
	if (!sound(j)) {
		json_decref(j);
		return -EBADMSG;
	}
	*environment = j;
	return 0;
}

/* Of ranks, the first that has one speaks for all. */
static int read_rank(const char *dir, json_t **environment)
{
	char path[2 * PATH_MAX];
	struct dirent **rank;
	int n = ranks_list(dir, &rank), ret = -ENOENT;

	for (int i = 0; i < n && ret == -ENOENT; i++) {
		snprintf(path, sizeof(path), "%s/%s/" ENVIRONMENT_FILE, dir,
			 rank[i]->d_name);
		ret = environment_load(path, environment);
	}
	ranks_list_free(rank, n);
	return ret;
}

int environment_read(const char *dir, json_t **environment)
{
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "%s/" ENVIRONMENT_FILE, dir);
	ret = environment_load(path, environment);
	return ret == -ENOENT ? read_rank(dir, environment) : ret;
}
