/* SPDX-License-Identifier: MIT */
/* bench_traps WAY N: N times what a trap meets. It cannot time itself, as all
 * its clocks are trapped. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <x86intrin.h>

#include "raw.h"
#include "vdso.h"

static void draws(long n)
{
	unsigned long long value;

	while (n--)
		_rdrand64_step(&value);
}

static void reads(long n)
{
	while (n--)
		__rdtsc();
}

static void serves(long n)
{
	while (n--)
		R0(SYS_getpid);
}

static void does(long n)
{
	while (n--)
		R0(SYS_getuid);
}

static void looks(long n)
{
	int (*look)(clockid_t, struct timespec *) =
		vdso_function("__vdso_clock_gettime");
	struct timespec ts;

	while (n--)
		look(CLOCK_MONOTONIC, &ts);
}

int main(int argc, char **argv)
{
	const struct {
		const char *name;
		void (*run)(long n);
	} ways[] = { { "rdtsc", reads },
		     { "rdrand", draws },
		     { "served", serves },
		     { "done", does },
		     { "vdso", looks } };

	for (size_t i = 0; argc > 2 && i < sizeof(ways) / sizeof(*ways); i++)
		if (!strcmp(argv[1], ways[i].name)) {
			ways[i].run(atol(argv[2]));
			return 0;
		}
	return 2;
}
