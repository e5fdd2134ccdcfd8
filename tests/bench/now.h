/* SPDX-License-Identifier: MIT */
#ifndef SAMEBITS_BENCH_NOW_H
#define SAMEBITS_BENCH_NOW_H

#include <sys/syscall.h>
#include <time.h>

/* Nanoseconds of the kernel's clock, not the program's: the shim must not see
 * it. */
static inline double now_of(clockid_t clock)
{
	struct timespec ts;
	long ret = SYS_clock_gettime;

	__asm__ volatile("syscall"
			 : "+a"(ret)
			 : "D"((long)clock), "S"(&ts)
			 : "rcx", "r11", "memory");
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static inline double now(void)
{
	return now_of(CLOCK_MONOTONIC);
}

#endif
