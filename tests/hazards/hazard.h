/* SPDX-License-Identifier: MIT */
/* A hazard program acts out the scene that argv[1] names and checks it itself:
 * exit status 0 and "ok", or 1 and the line that did not hold. */
#ifndef SAMEBITS_TEST_HAZARD_H
#define SAMEBITS_TEST_HAZARD_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define must(what)                                                             \
	do {                                                                   \
		if (!(what)) {                                                 \
			dprintf(2, "%s:%d: %s\n", __FILE__, __LINE__, #what);  \
			_exit(1);                                              \
		}                                                              \
	} while (0)

struct scene {
	const char *name;
	void (*act)(void);
};

/* The kernel's time, which no hook stands in front of. */
static inline double kernel_time(void)
{
	struct timespec ts;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(SYS_clock_gettime), "D"(CLOCK_MONOTONIC),
			   "S"(&ts)
			 : "rcx", "r11", "memory");
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9 + (double)ret;
}

/* Under `samebits run`, as the tests say it: the launcher takes its own
 * variables out of the environment. */
static inline int controlled(void)
{
	const char *mode = getenv("MODE");

	return mode && !strcmp(mode, "run");
}

static inline int act(const struct scene *scenes, size_t n, int argc,
		      char **argv)
{
	for (size_t i = 0; argc > 1 && i < n; i++) {
		if (strcmp(argv[1], scenes[i].name))
			continue;
		scenes[i].act();
		if (write(1, "ok\n", 3) != 3)
			_exit(1);
		return 0;
	}
	dprintf(2, "no such scene\n");
	return 2;
}

#define SCENES(...)                                                            \
	int main(int argc, char **argv)                                        \
	{                                                                      \
		static const struct scene scenes[] = { __VA_ARGS__ };          \
                                                                               \
		return act(scenes, sizeof(scenes) / sizeof(*scenes), argc,     \
			   argv);                                              \
	}

#endif
