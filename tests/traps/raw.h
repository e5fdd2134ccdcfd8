/* SPDX-License-Identifier: MIT */
/* System calls past libc: by a number that the instruction is not told, and by
 * one that stands beside it. */
#ifndef SAMEBITS_TEST_RAW_H
#define SAMEBITS_TEST_RAW_H

#include <sys/syscall.h>

/* As the kernel has it: the result, or -errno. */
static inline long raw6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;

	__asm__ volatile("syscall"
			 : "+a"(nr)
			 : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return nr;
}

__attribute__((noinline)) static long raw(long nr, ...)
{
	__builtin_va_list ap;
	long a[6];

	__builtin_va_start(ap, nr);
	for (int i = 0; i < 6; i++)
		a[i] = __builtin_va_arg(ap, long);
	__builtin_va_end(ap);
	return raw6(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

#define R0(nr) raw(nr, 0L, 0L, 0L, 0L, 0L, 0L)
#define R1(nr, a) raw(nr, (long)(a), 0L, 0L, 0L, 0L, 0L)
#define R2(nr, a, b) raw(nr, (long)(a), (long)(b), 0L, 0L, 0L, 0L)
#define R3(nr, a, b, c) raw(nr, (long)(a), (long)(b), (long)(c), 0L, 0L, 0L)
#define R4(nr, a, b, c, d)                                                     \
	raw(nr, (long)(a), (long)(b), (long)(c), (long)(d), 0L, 0L)
#define R5(nr, a, b, c, d, e)                                                  \
	raw(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0L)
#define R6(nr, a, b, c, d, e, f)                                               \
	raw(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e),         \
	    (long)(f))

#endif
