/* SPDX-License-Identifier: MIT */
/* Which library a call of BLAS reaches, and who is told that there is none. */
#include <dlfcn.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../hazards/hazard.h"

typedef double ddot_fn(const int *, const double *, const int *, const double *,
		       const int *);

static void *opened(const char *name, int mode)
{
	char path[4096];
	void *h;

	snprintf(path, sizeof(path), *name == '/' ? "%s" : HERE "/%s", name);
	h = dlopen(path, RTLD_NOW | mode);
	if (!h)
		dprintf(2, "%s\n", dlerror());
	must(h);
	return h;
}

static int (*user(const char *name))(void)
{
	int (*fn)(void);

	*(void **)&fn = dlsym(opened(name, RTLD_LOCAL), "twin_of");
	must(fn);
	return fn;
}

static int answer(void *h)
{
	double x = 1;
	int one = 1;
	ddot_fn *fn;

	*(void **)&fn = dlsym(h, "ddot_");
	must(fn);
	return (int)fn(&one, &x, &one, &x, &one);
}

/* Each keeps to its own, by links and by lookups. */
static void twins(void)
{
	int (*one)(void) = user("twin_user_1.so");
	int (*two)(void) = user("twin_user_2.so");
	void *a = opened("libblas_twin_1.so", RTLD_LOCAL);
	void *b = opened("libblas_twin_2.so", RTLD_LOCAL);

	must(dlsym(a, "ddot_") != dlsym(b, "ddot_"));
	must(dlsym(a, "ddot_") == dlsym(a, "ddot_"));
	for (int i = 0; i < 3; i++) {
		must(one() == 1);
		must(two() == 2);
		must(answer(a) == 1);
		must(answer(b) == 2);
	}
}

/* Nobody has it. */
static void absent(void)
{
	static const char *const names[] = { "ddot_", "cblas_dgemm",
					     "scipy_sgemm_64_" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		must(!dlsym(RTLD_DEFAULT, names[i]));
		must(strstr(dlerror(), names[i]));
		must(!dlsym(RTLD_NEXT, names[i]));
		must(!dlsym(dlopen(NULL, RTLD_NOW), names[i]));
	}
	must(user("twin_asks.so")() == 0);
}

/* Somebody has it who came later, for all. */
static void later(void)
{
	must(!dlsym(RTLD_DEFAULT, "ddot_"));
	opened("libblas_twin_2.so", RTLD_GLOBAL);
	must(answer(RTLD_DEFAULT) == 2);
	must(user("twin_asks.so")() == 2);
	/* The global one comes first, as natively. */
	must(user("twin_user_1.so")() == 2);
}

/* Another library at the same address. */
static void reloaded(void)
{
	for (int i = 0; i < 100; i++) {
		void *a = opened("libblas_twin_1.so", RTLD_LOCAL), *b;

		must(answer(a) == 1);
		dlclose(a);
		b = opened("libblas_twin_2.so", RTLD_LOCAL);
		must(answer(b) == 2);
		dlclose(b);
	}
}

static void namesake(void)
{
	double (*fn)(void);

	*(void **)&fn = dlsym(opened("namesake.so", RTLD_LOCAL), "namesake");
	must(fn && fn() == 42);
}

/* Integers of 8 bytes, though no name says so. */
static void wide(void)
{
	void *h = dlopen("libopenblas64.so.0", RTLD_NOW | RTLD_LOCAL);
	double one = 1;
	long m = 1l << 33, n = 0;
	void (*fn)(const char *, const char *, const long *, const long *,
		   const long *, const double *, const double *, const long *,
		   const double *, const long *, const double *, double *,
		   const long *);

	must(h);
	*(void **)&fn = dlsym(h, "dgemm_");
	must(fn);
	fn("N", "N", &m, &n, &n, &one, &one, &m, &one, &m, &one, &one, &m);
}

static void *work(void *h)
{
	for (int i = 0; i < 1000; i++)
		must(answer(h) == 1);
	return NULL;
}

/* Threads that come first at once, and a child in the middle of it. */
static void threads(void)
{
	void *h = opened("libblas_twin_1.so", RTLD_LOCAL);
	pthread_t thread[8];
	int status;
	pid_t pid;

	for (int i = 0; i < 8; i++)
		must(!pthread_create(&thread[i], NULL, work, h));
	pid = fork();
	if (pid == 0) {
		work(h);
		_exit(0);
	}
	must(waitpid(pid, &status, 0) == pid && status == 0);
	for (int i = 0; i < 8; i++)
		must(!pthread_join(thread[i], NULL));
}

static void *load_and_drop(void *name)
{
	int (*fn)(void);

	for (int i = 0; i < 300; i++) {
		void *h = opened(name, RTLD_LOCAL);

		*(void **)&fn = dlsym(h, "twin_of");
		must(fn && fn() > 0);
		dlclose(h);
	}
	return NULL;
}

/* Several threads load and unload: no lock of the loader's may be waited for
 * with another one held. */
static void storm(void)
{
	static char *const names[] = { "twin_user_1.so", "twin_user_2.so" };
	pthread_t thread[4];

	for (int i = 0; i < 4; i++)
		must(!pthread_create(&thread[i], NULL, load_and_drop,
				     names[i % 2]));
	for (int i = 0; i < 4; i++)
		must(!pthread_join(thread[i], NULL));
}

SCENES({ "twins", twins }, { "absent", absent }, { "later", later },
       { "reloaded", reloaded }, { "namesake", namesake }, { "wide", wide },
       { "threads", threads }, { "storm", storm })
