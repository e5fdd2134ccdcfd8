/* SPDX-License-Identifier: MIT */
/* Another preloaded object, as eatmydata, faketime and heap profilers are: it
 * wraps what samebits wraps, and says at the end how often it was called. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#ifdef VERSIONED
#define NEXT(name, version) dlvsym(RTLD_NEXT, name, version)
#else
#define NEXT(name, version) dlsym(RTLD_NEXT, name)
#endif

static unsigned clocks, draws, mallocs, threads;

int clock_gettime(clockid_t id, struct timespec *ts)
{
	static int (*next)(clockid_t, struct timespec *);

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "clock_gettime");
	__atomic_add_fetch(&clocks, 1, __ATOMIC_RELAXED);
	return next(id, ts);
}

ssize_t getrandom(void *buf, size_t len, unsigned flags)
{
	static ssize_t (*next)(void *, size_t, unsigned);

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "getrandom");
	__atomic_add_fetch(&draws, 1, __ATOMIC_RELAXED);
	return next(buf, len, flags);
}

/* As jemalloc does: an allocator that reads the clock. */
void *malloc(size_t n)
{
	static void *(*next)(size_t);
	struct timespec ts;

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "malloc");
	mallocs++;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return next(n);
}

int pthread_create(pthread_t *t, const pthread_attr_t *attr,
		   void *(*fn)(void *), void *arg)
{
	static int (*next)(pthread_t *, const pthread_attr_t *,
			   void *(*)(void *), void *);

	if (!next)
		*(void **)&next = NEXT("pthread_create", "GLIBC_2.34");
	threads++;
	return next(t, attr, fn, arg);
}

__attribute__((destructor)) static void say(void)
{
	dprintf(2, "wrapped:%s%s%s%s\n", clocks ? " clock_gettime" : "",
		draws ? " getrandom" : "", mallocs ? " malloc" : "",
		threads ? " pthread_create" : "");
}
