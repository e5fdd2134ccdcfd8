/* SPDX-License-Identifier: MIT */
/* A victim calls one source and emits what it got. */
#ifndef SAMEBITS_TEST_VICTIM_H
#define SAMEBITS_TEST_VICTIM_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

void victim(void);

/* Whence a victim's source is called. */
enum place { BY_VICTIM, BY_ITS_CHILD, BY_SHIM };

/* What the test expects of it. */
struct facts {
	int calls;	    /* of its source */
	const char *output; /* under `run`; NULL: not known beforehand */
	enum place place;
};
extern const struct facts facts;

static inline void *victim_thread(void *arg)
{
	return arg;
}

static inline int victim_thrd(void *arg)
{
	(void)arg;
	return 7;
}

/* One line to stdout, without stdio: victims run in signal handlers too. */
static inline void emit(uint64_t n)
{
	char text[24], *p = text + sizeof(text);

	*--p = '\n';
	do
		*--p = (char)('0' + n % 10);
	while (n /= 10);
	if (write(1, p, (size_t)(text + sizeof(text) - p)) < 0)
		_exit(99);
}

/*
 * Waits: 10 ms pass, in logical time exactly and in real time at least. The
 * latter is read in a way that cannot be intercepted.
 */
#define WAIT_MS 10
#define WAIT_NS (WAIT_MS * 1000000L)
#define SECOND 1000000000L

static inline int64_t real_ns(void)
{
	struct timespec ts;
	long ret = SYS_clock_gettime;

	__asm__ volatile("syscall"
			 : "+a"(ret)
			 : "D"((long)CLOCK_MONOTONIC), "S"(&ts)
			 : "rcx", "r11", "memory");
	return ts.tv_sec * SECOND + ts.tv_nsec;
}

static inline int64_t logical_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * SECOND + ts.tv_nsec;
}

static inline struct timespec wait_until(clockid_t clock)
{
	int64_t ns = logical_ns(clock) + WAIT_NS;
	struct timespec ts;

	ts.tv_sec = (time_t)(ns / SECOND);
	ts.tv_nsec = (long)(ns % SECOND);
	return ts;
}

/* The wait's result; long enough, not too long? the microseconds since the
 * start (the nanoseconds name the thread). A millisecond is for
 * CLOCK_REALTIME, which may be slewed. */
static inline void wait_emit(int64_t began, int ret)
{
	int64_t real = real_ns() - began;

	emit((uint64_t)ret);
	emit(real >= WAIT_NS - 1000000 && real < 20 * SECOND);
	emit((uint64_t)(logical_ns(CLOCK_MONOTONIC) - 1000 * SECOND) / 1000);
}

#ifdef __cplusplus
}
#endif

#endif
