/* SPDX-License-Identifier: MIT */
/* Times intercepted calls from inside a program, by the raw clock; prints
 * "name nanoseconds-per-call" lines. Run natively and under the shim. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 5
static volatile long sink;

/* The kernel's clock, not the program's: the shim must not see it. */
static double now(void)
{
	struct timespec ts;
	long ret = SYS_clock_gettime;

	__asm__ volatile("syscall"
			 : "+a"(ret)
			 : "D"((long)CLOCK_MONOTONIC), "S"(&ts)
			 : "rcx", "r11", "memory");
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static void do_rand(long n)
{
	while (n--)
		sink += rand();
}

static void do_getrandom(long n)
{
	char buf[16];

	while (n--)
		sink += getrandom(buf, sizeof(buf), 0);
}

static void do_clock(long n)
{
	struct timespec ts;

	while (n--) {
		clock_gettime(CLOCK_MONOTONIC, &ts);
		sink += ts.tv_nsec;
	}
}

static void do_time(long n)
{
	while (n--)
		sink += time(NULL);
}

static void *many(void *n)
{
	long local = 0;

	for (long i = (long)(intptr_t)n; i--;)
		local += rand();
	sink = local;
	return NULL;
}

static void do_threads(long n)
{
	pthread_t t[4];

	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, many, (void *)(intptr_t)(n / 4));
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
}

/* Each call from a frame of its own depth is a site of its own. */
static __attribute__((noinline)) void deep(int depth)
{
	volatile char frame[64];

	frame[0] = 0;
	if (depth)
		deep(depth - 1);
	else
		sink += time(NULL);
	sink += frame[0];
}

static void do_sites(long n)
{
	for (int i = 0; i < n; i++)
		deep(i % 300);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*fn)(long);
		long n;
		int rounds;
	} work[] = {
		{ "first_event", do_sites, 300, 1 },
		{ "rand", do_rand, 2000000, ROUNDS },
		{ "getrandom16", do_getrandom, 200000, ROUNDS },
		{ "clock_gettime", do_clock, 2000000, ROUNDS },
		{ "time", do_time, 2000000, ROUNDS },
		{ "rand_4_threads", do_threads, 4000000, ROUNDS },
	};

	for (size_t i = 0; i < sizeof(work) / sizeof(*work); i++) {
		double best = 1e30;

		if (argc > 1 && strcmp(argv[1], work[i].name))
			continue;
		for (int r = 0; r < work[i].rounds; r++) {
			double start = now();

			work[i].fn(work[i].n);
			start = (now() - start) / (double)work[i].n;
			if (start < best)
				best = start;
		}
		printf("%s %.3f\n", work[i].name, best);
		fflush(stdout);
	}
	return 0;
}
