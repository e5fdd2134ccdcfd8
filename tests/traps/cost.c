/* SPDX-License-Identifier: MIT */
/* What a call costs, in ns: `cost KIND CALLS`. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>

#include "raw.h"
#include "vdso.h"

static uint64_t real_now(void)
{
	uint32_t low, high;

	/* The chip's own, as the clocks may be logical. */
	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

int main(int argc, char **argv)
{
	long n = argc > 2 ? atol(argv[2]) : 1;
	struct timespec ts;
	long (*clock)(clockid_t, struct timespec *) =
		(long (*)(clockid_t, struct timespec *))vdso_function(
			"__vdso_clock_gettime");
	uint64_t start;

	for (long i = 0; argc > 2 && i <= n; i++) {
		if (i == 1)
			start = real_now();
		if (!strcmp(argv[1], "served"))
			R2(SYS_clock_gettime, CLOCK_MONOTONIC, &ts);
		else if (!strcmp(argv[1], "again"))
			R0(SYS_getppid + 0 * n == SYS_getppid ? SYS_getuid : 0);
		else if (!strcmp(argv[1], "vdso"))
			clock(CLOCK_MONOTONIC, &ts);
	}
	printf("%.1f\n", (double)(real_now() - start) / (double)n);
	return 0;
}
