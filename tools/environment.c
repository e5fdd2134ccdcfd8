/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
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

/* git's time: beside the program, and at the end of one that was short. */
#define BESIDE_MS 20000
#define HURRY_MS 30
#define NOW_MS 5000

/* ---- the machine ---- */

static json_t *machine(unsigned git_ms, bool thorough)
{
	json_t *j = json_object();

	json_object_set_new(j, "format", json_integer(ENVIRONMENT_FORMAT));
	json_object_set_new(j, "system", collect_system());
	json_object_set_new(j, "container", collect_container());
	json_object_set_new(j, "processor", collect_processor());
	json_object_set_new(j, "memory", collect_memory());
	json_object_set_new(j, "limits", collect_limits());
	json_object_set_new(j, "git", collect_git(git_ms));
	json_object_set_new(j, "cuda", collect_gpus(thorough));
	json_object_set_new(j, "samebits", json_string(SAMEBITS_VERSION));
	return j;
}

/* ---- beside the program ---- */

static struct {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t done;
	bool running;
	json_t *machine; /* NULL: not yet */
} b = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void *collect_beside(void *arg)
{
	json_t *j;

	/* Linux: of this thread alone. */
	setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 19);
	j = machine(BESIDE_MS, true);
	pthread_mutex_lock(&b.lock);
	b.machine = j;
	pthread_cond_signal(&b.done);
	pthread_mutex_unlock(&b.lock);
	return arg;
}

void environment_beside(void)
{
	pthread_condattr_t attr;
	sigset_t all, mask;

	if (b.running)
		return;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&b.done, &attr);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &mask);
	b.running = !pthread_create(&b.thread, NULL, collect_beside, NULL);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
}

/* What the thread has found; NULL: there is none, or it takes too long and is
 * left to itself. */
static json_t *from_beside(void)
{
	struct timespec until;
	json_t *j;
	int ret = 0;

	if (!b.running)
		return NULL;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += HURRY_MS * 1000000l;
	until.tv_sec += until.tv_nsec / 1000000000l;
	until.tv_nsec %= 1000000000l;
	pthread_mutex_lock(&b.lock);
	while (!b.machine && !ret)
		ret = pthread_cond_timedwait(&b.done, &b.lock, &until);
	j = b.machine;
	b.machine = NULL;
	pthread_mutex_unlock(&b.lock);
	b.running = false;
	if (j)
		pthread_join(b.thread, NULL);
	else
		pthread_detach(b.thread);
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
	json_t *j = from_beside(), *objects;
	struct packages *p = packages_open();

	if (!j)
		j = machine(HURRY_MS, false);
	objects = collect_objects(run, p);
	json_object_set_new(j, "program",
			    collect_program(json_string_value(json_object_get(
						    run->manifest, "program")),
					    p));
	json_object_set_new(j, "variables", collect_variables(changed));
	json_object_set_new(j, "python", collect_python(run, p, objects));
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
	json_t *j = machine(NOW_MS, true);

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
