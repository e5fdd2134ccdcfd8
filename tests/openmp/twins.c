/* SPDX-License-Identifier: MIT */
/*
 * Two libraries of the same names, looked up: each call reaches the one whose
 * function was found. argv[2]: what a library is told that is told 7 (the
 * number of --threads).
 */
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "../hazards/hazard.h"
#include "twin.h"

static long wanted;

static void *opened(const char *name, int mode)
{
	char path[4096];
	void *h;

	snprintf(path, sizeof(path), "%s/%s", HERE, name);
	h = dlopen(path, RTLD_NOW | mode);
	if (!h)
		dprintf(2, "%s\n", dlerror());
	must(h);
	return h;
}

#define TWIN_1 "libopenmp_twin_1.so"
#define TWIN_2 "libopenmp_twin_2.so"
#define FN(h, name) ((__typeof__(&name))found(h, #name))

static void *found(void *h, const char *name)
{
	void *fn = dlsym(h, name);

	must(fn);
	must(fn == dlsym(h, name) && !dlerror());
	return fn;
}

static void call(void *number)
{
	++*(int *)number;
}

static void check_settings(void *h, int twin)
{
	__typeof__(&twin_told) told = FN(h, twin_told);
	int n = 7;

	must(FN(h, twin_number)() == twin);
	must(FN(h, openblas_set_num_threads)(n) == twin);
	must(told() == wanted);
	must(FN(h, goto_set_num_threads)(n) == twin);
	must(told() == wanted);
	must(FN(h, mkl_set_num_threads)(&n) == twin);
	must(told() == wanted);
	FN(h, omp_set_num_threads)(n);
	must(told() == wanted);
	must(FN(h, openblas_get_num_threads)() == twin);
	must(FN(h, omp_get_max_threads)() == 10 + twin);
	/* Natively, each has its own; forced, it is ours. */
	must(FN(h, omp_get_wtime)() == -twin || controlled());
}

/* With arguments on the stack; forced, the static one is called. */
static void check_loops(void *h, int twin)
{
	__typeof__(&twin_told) told = FN(h, twin_told);
	long from = 0, below = 0;
	ull at = 0, end = 0;
	uintptr_t reductions = 0;
	void *memory = NULL;
	int calls = 0;

	FN(h, GOMP_parallel_loop_dynamic)(call, &calls, 2, 3, 4, 5, 6, 7);
	must(calls == 1);
	must(told() == (controlled() ? 2358 : -2358));
	FN(h, GOMP_loop_dynamic_next)(&from, &below);
	must(from == twin && below == twin + 1);
	must(FN(h, GOMP_loop_ull_start)(true, 1, 2, 3, 2, 4, &at, &end,
					&reductions, &memory));
	must(told() == 11234);
	must(at == (controlled() ? 1 : 2) && end == (ull)twin);
	must(reductions == 5 && memory == &at);
}

static void check(void *h, int twin)
{
	check_settings(h, twin);
	check_loops(h, twin);
}

static void pair(void)
{
	void *a = opened(TWIN_1, RTLD_LOCAL);
	void *b = opened(TWIN_2, RTLD_LOCAL);

	must(dlsym(a, "omp_set_num_threads") !=
	     dlsym(b, "omp_set_num_threads"));
	for (int i = 0; i < 3; i++) {
		check(a, 1);
		check(b, 2);
	}
	must(!dlsym(a, "MKL_Set_Num_Threads") && dlerror());
	must(!dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
	must(strstr(dlerror(), "openblas_set_num_threads"));
	must(!dlsym(dlopen(NULL, RTLD_NOW), "openblas_set_num_threads"));
}

/* The first goes, the second stays. */
static void left(void)
{
	void *a = opened(TWIN_1, RTLD_LOCAL);
	void *b = opened(TWIN_2, RTLD_LOCAL);
	__typeof__(&openblas_set_num_threads) set =
		FN(b, openblas_set_num_threads);

	check(a, 1);
	dlclose(a);
	must(set(7) == 2);
	check(b, 2);
}

static void version(void)
{
	void *a = opened(TWIN_1, RTLD_LOCAL);
	void *b = opened(TWIN_2, RTLD_LOCAL);
	int (*one)(int), (*two)(int);

	*(void **)&one = dlvsym(a, "openblas_set_num_threads", "TWIN_1.0");
	*(void **)&two = dlvsym(b, "openblas_set_num_threads", "TWIN_1.0");
	must(one && two && one != two);
	must(one(7) == 1 && FN(a, twin_told)() == wanted);
	must(two(7) == 2 && FN(b, twin_told)() == wanted);
	must(!dlvsym(a, "openblas_set_num_threads", "TWIN_2.0"));
	opened(TWIN_1, RTLD_GLOBAL);
	*(void **)&one = dlvsym(RTLD_DEFAULT, "openblas_set_num_threads",
				"TWIN_1.0");
	must(one && one(7) == 1 && FN(a, twin_told)() == wanted);
}

/* What is there for all, and what a library was linked with; whoever calls. */
static void global(void)
{
	void *a, *b = opened(TWIN_2, RTLD_LOCAL);
	void *user = opened("openmp_twin_user.so", RTLD_LOCAL);
	__typeof__(&openblas_get_num_threads) (*seek)(void *);

	*(void **)&seek = dlsym(user, "twin_found");
	must(seek(RTLD_DEFAULT)() == 2);
	must(seek(RTLD_NEXT)() == 2);
	must(seek(user)() == 2);
	must(FN(user, openblas_get_num_threads)() == 2);
	must(((int (*)(void))found(user, "twin_linked"))() == 2);
	must(!dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
	a = opened(TWIN_1, RTLD_GLOBAL);
	check(RTLD_DEFAULT, 1);
	check(dlopen(NULL, RTLD_NOW), 1);
	must(seek(RTLD_DEFAULT)() == 1);
	must(seek(user)() == 2);
	check(a, 1);
	check(b, 2);
}

/* Another library at the same address. */
static void reloaded(void)
{
	for (int i = 0; i < 100; i++) {
		void *a = opened(TWIN_1, RTLD_LOCAL), *b;

		check(a, 1);
		dlclose(a);
		b = opened(TWIN_2, RTLD_LOCAL);
		check(b, 2);
		dlclose(b);
	}
}

/* Two places in one function, which call through one address. */
static void places(void)
{
	void *volatile fn = dlsym(opened(TWIN_1, RTLD_LOCAL),
				  "openblas_set_num_threads");

	((int (*)(int))fn)(7);
	((int (*)(int))fn)(7);
}

struct twins {
	void *a, *b;
};

static void *work(void *arg)
{
	const struct twins *t = arg;
	__typeof__(&openblas_set_num_threads)
		one = FN(t->a, openblas_set_num_threads),
		two = FN(t->b, openblas_set_num_threads);

	for (int i = 0; i < 10000; i++) {
		must(one(7) == 1);
		must(two(7) == 2);
	}
	return NULL;
}

static __typeof__(&openblas_get_num_threads) other;

static void handle(int number)
{
	(void)number;
	must(other() == 2);
}

/* Threads, a child in the middle of it, and a handler between all of it. */
static void threads(void)
{
	struct twins t = { opened(TWIN_1, RTLD_LOCAL),
			   opened(TWIN_2, RTLD_LOCAL) };
	pthread_t thread[8];
	int status;
	pid_t pid;

	other = FN(t.b, openblas_get_num_threads);
	must(other() == 2); /* a first call takes a lock */
	signal(SIGUSR1, handle);
	for (int i = 0; i < 8; i++)
		must(!pthread_create(&thread[i], NULL, work, &t));
	pid = fork();
	if (pid == 0) {
		work(&t);
		_exit(0);
	}
	for (int i = 0; i < 400; i++)
		pthread_kill(thread[i % 8], SIGUSR1);
	must(waitpid(pid, &status, 0) == pid && status == 0);
	for (int i = 0; i < 8; i++)
		must(!pthread_join(thread[i], NULL));
}

int main(int argc, char **argv)
{
	static const struct scene scenes[] = {
		{ "pair", pair },	  { "left", left },
		{ "version", version },	  { "global", global },
		{ "reloaded", reloaded }, { "places", places },
		{ "threads", threads },
	};

	must(argc == 3);
	wanted = strtol(argv[2], NULL, 10);
	return act(scenes, sizeof(scenes) / sizeof(*scenes), argc, argv);
}
