/* SPDX-License-Identifier: MIT */
/* A victim calls one source and emits what it got. */
#ifndef SAMEBITS_TEST_VICTIM_H
#define SAMEBITS_TEST_VICTIM_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/resource.h>
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

#ifdef __cplusplus
}
#endif

#endif
