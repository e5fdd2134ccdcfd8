/* SPDX-License-Identifier: MIT */
/*
 * The kernel without libc: raw system calls (no errno, no PLT, no cancellation,
 * safe in signal handlers and vfork children), and additions that are atomic
 * against signal handlers of the same thread.
 */
#ifndef SAMEBITS_SYS_H
#define SAMEBITS_SYS_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#ifndef __x86_64__
#error "samebits supports x86-64 so far"
#endif

/* Returns the result or -errno. */
static inline long sys_call(long nr, long a, long b, long c, long d, long e,
			    long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8),
			   "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

#define sys0(nr) sys_call(nr, 0, 0, 0, 0, 0, 0)
#define sys1(nr, a) sys_call(nr, (long)(a), 0, 0, 0, 0, 0)
#define sys2(nr, a, b) sys_call(nr, (long)(a), (long)(b), 0, 0, 0, 0)
#define sys3(nr, a, b, c)                                                      \
	sys_call(nr, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define sys4(nr, a, b, c, d)                                                   \
	sys_call(nr, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define sys6(nr, a, b, c, d, e, f)                                             \
	sys_call(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e),    \
		 (long)(f))

/* As libc's functions return it: -1, with errno set. */
static inline int sys_result(long ret)
{
	if (ret >= 0)
		return (int)ret;
	errno = (int)-ret;
	return -1;
}

/* Does it lie in our own code? */
extern const char __ehdr_start[], etext[]
	__attribute__((visibility("hidden")));

static inline bool ours(uintptr_t address)
{
	return address >= (uintptr_t)__ehdr_start &&
	       address < (uintptr_t)etext;
}

/* Adds without a bus lock; returns the old value. One instruction, so that a
 * signal handler of the same thread cannot come between. */
static inline uint64_t local_add(uint64_t *word, uint64_t n)
{
	__asm__ volatile("xaddq %0, %1" : "+r"(n), "+m"(*word) : : "cc");
	return n;
}

/* The same without the old value, which costs a fifth. */
static inline void local_inc(uint64_t *word, uint64_t n)
{
	if (!__builtin_constant_p(n) || n)
		__asm__ volatile("addq %1, %0" : "+m"(*word) : "er"(n) : "cc");
}

/* As libc's fstat: where system calls are filtered, it is allowed. */
static inline bool sys_fstat(int fd, struct stat *st)
{
	return sys4(SYS_newfstatat, fd, "", st, AT_EMPTY_PATH) == 0;
}

/* May a file become this large? Beyond the limit the kernel sends SIGXFSZ. */
static inline bool may_write(uint64_t size)
{
	struct rlimit limit;

	return sys4(SYS_prlimit64, 0, RLIMIT_FSIZE, NULL, &limit) < 0 ||
	       size <= limit.rlim_cur;
}

static inline uint64_t sys_now(clockid_t clock)
{
	struct timespec ts;

	sys2(SYS_clock_gettime, clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

#endif
