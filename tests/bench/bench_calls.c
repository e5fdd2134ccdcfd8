/* SPDX-License-Identifier: MIT */
/* Times intercepted calls from inside a program, by the raw clock; prints
 * "name nanoseconds-per-call" lines. Run natively and under the shim. */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "now.h"

#define ROUNDS 5
#define MEMORY_THREADS 32
static volatile long sink;

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

static char file_name[] = "/tmp/samebits-bench-XXXXXX";
static struct stat looked;

/* One that the run has changed costs more: it is looked up. */
static void do_stat_changed(long n)
{
	while (n--)
		sink += stat(file_name, &looked);
}

static void do_stat(long n)
{
	while (n--)
		sink += stat("/bin/sh", &looked);
}

static void do_fstat(long n)
{
	int fd = open("/bin/sh", O_RDONLY);

	while (n--)
		sink += fstat(fd, &looked);
	close(fd);
}

/* Pairs of open and close. */
static void do_close(long n)
{
	while (n--)
		close(open("/bin/sh", O_RDONLY));
}

static void do_close_writing(long n)
{
	while (n--) {
		int fd = open(file_name, O_WRONLY);

		sink += write(fd, "x", 1);
		close(fd);
	}
}

static FILE *stream;
static int out;

/* To a file of 64 bytes. */
static void do_write(long n)
{
	char line[64] = "";

	while (n--)
		sink += pwrite(out, line, sizeof(line), 0);
}

static void do_write_large(long n)
{
	static char much[1 << 20];

	while (n--)
		sink += pwrite(out, much, sizeof(much), 0);
}

static void do_putc(long n)
{
	rewind(stream);
	while (n--)
		sink += putc('x', stream);
	fflush(stream);
}

static void do_fwrite(long n)
{
	char line[64] = "";

	rewind(stream);
	while (n--)
		sink += (long)fwrite(line, sizeof(line), 1, stream);
	fflush(stream);
}

static void do_fprintf(long n)
{
	rewind(stream);
	while (n--)
		sink += fprintf(stream, "%ld: %s, %g\n", n, "a line", 0.5);
	fflush(stream);
}

/* The buffer is written out at each line: formatted twice. */
static void do_fprintf_line(long n)
{
	setvbuf(stream, NULL, _IOLBF, 0);
	do_fprintf(n);
}

static void do_close_socket(long n)
{
	while (n--)
		close(socket(AF_UNIX, SOCK_STREAM, 0));
}

static pthread_barrier_t together;

static void *many(void *n)
{
	long local = 0;

	pthread_barrier_wait(&together);
	for (long i = (long)(intptr_t)n; i--;)
		local += rand();
	sink = local;
	return NULL;
}

static void do_threads(long n)
{
	pthread_t t[4];

	pthread_barrier_init(&together, NULL, 4);
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

/* Resident KiB: alone, and beside threads that have drawn. */
static long resident(void)
{
	long pages = 0, size;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%ld %ld", &size, &pages) != 2)
		abort();
	fclose(f);
	return pages * 4;
}

static pthread_barrier_t drawn, measured;

static void *draw_and_stay(void *arg)
{
	sink += rand() + time(NULL);
	pthread_barrier_wait(&drawn);
	pthread_barrier_wait(&measured);
	return arg;
}

static void memory(void)
{
	pthread_t t[MEMORY_THREADS];
	long alone;

	sink += rand() + time(NULL);
	alone = resident();
	pthread_barrier_init(&drawn, NULL, MEMORY_THREADS + 1);
	pthread_barrier_init(&measured, NULL, MEMORY_THREADS + 1);
	for (int i = 0; i < MEMORY_THREADS; i++)
		pthread_create(&t[i], NULL, draw_and_stay, NULL);
	pthread_barrier_wait(&drawn);
	printf("memory %ld\nthread_memory %.1f\n", alone,
	       (double)(resident() - alone) / MEMORY_THREADS);
	pthread_barrier_wait(&measured);
	for (int i = 0; i < MEMORY_THREADS; i++)
		pthread_join(t[i], NULL);
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
		{ "stat", do_stat, 200000, ROUNDS },
		{ "fstat", do_fstat, 200000, ROUNDS },
		{ "stat_changed", do_stat_changed, 200000, ROUNDS },
		{ "close", do_close, 100000, ROUNDS },
		{ "close_writing", do_close_writing, 20000, ROUNDS },
		{ "close_socket", do_close_socket, 50000, ROUNDS },
		{ "write", do_write, 100000, ROUNDS },
		{ "write_large", do_write_large, 200, ROUNDS },
		{ "putc", do_putc, 2000000, ROUNDS },
		{ "fwrite", do_fwrite, 500000, ROUNDS },
		{ "fprintf", do_fprintf, 200000, ROUNDS },
		{ "fprintf_line", do_fprintf_line, 50000, ROUNDS },
		/* In a full trace 160 MB: within its limit. */
		{ "time", do_time, 1000000, ROUNDS },
		/* Long enough to be spread over the processors. */
		{ "rand_4_threads", do_threads, 40000000, 2 },
	};

	if (argc > 1 && !strcmp(argv[1], "memory")) {
		memory();
		return 0;
	}
	if (argc > 1 && !strcmp(argv[1], "cold")) {
		double start = now();

		sink += time(NULL);
		printf("cold_event %.0f\n", now() - start);
		return 0;
	}
	out = mkstemp(file_name);
	stream = fdopen(dup(out), "w");
	if (!stream)
		return 1;
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
	fclose(stream);
	unlink(file_name);
	return 0;
}
