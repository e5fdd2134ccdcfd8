/* SPDX-License-Identifier: MIT */
/* Instructions that an inspection must find, and bytes that only look like
 * them. Nothing here is executed but `nothing`. */
#include <sys/syscall.h>

void nothing(void);
void nothing(void)
{
}

static __attribute__((used, noinline)) long hidden_clock(void)
{
	return (long)__builtin_ia32_rdtsc();
}

long chip(void);
long chip(void)
{
	unsigned long a, b, c;

	__asm__ volatile("rdrand %0" : "=r"(a) : : "cc");
	__asm__ volatile("rdseed %0" : "=r"(b) : : "cc");
	__asm__ volatile("rdpid %0" : "=r"(c));
	return (long)(a + b + c) + hidden_clock();
}

long ordered(void);
long ordered(void)
{
	unsigned cpu;

	return (long)__builtin_ia32_rdtscp(&cpu) + (long)cpu;
}

long own_getrandom(char *buf, long size);
long own_getrandom(char *buf, long size)
{
	long ret = SYS_getrandom;

	__asm__ volatile("syscall"
			 : "+a"(ret)
			 : "D"(buf), "S"(size), "d"(0L)
			 : "rcx", "r11", "memory");
	return ret;
}

long own_number(long n);
long own_number(long n)
{
	__asm__ volatile("syscall" : "+a"(n) : : "rcx", "r11", "memory");
	return n;
}

/* The bytes of all of them, within other instructions. */
long innocent(void);
long innocent(void)
{
	long sum = 0;

	__asm__ volatile("mov $0x310f310f, %%eax\n\t"
			 "mov $0xf0c70ff8c70ff9, %%rax\n\t"
			 "lea 0x0f050f05(%%rax), %%rax\n\t"
			 "mov $0xf9010f, %%eax\n\t"
			 "add %%rax, %0"
			 : "+r"(sum) : : "rax");
	return sum;
}

/* Data among the code, which no unwind entry and no symbol covers. */
__asm__(".text\n\t"
	".p2align 4\n\t"
	".fill 64, 1, 0x06\n\t" /* no instruction in 64-bit code */
	".byte 0x0f, 0x31, 0x06, 0x0f, 0x05, 0x06, 0x0f, 0xc7, 0xf0, 0x06\n\t"
	".fill 64, 1, 0x06\n\t"
	".p2align 4\n");

/* What a statically linked library leaves. */
__attribute__((visibility("hidden"), used)) double dgemm_(const double *a);
double dgemm_(const double *a)
{
	return a[0] * a[1] + a[2] * a[3];
}

/* A mere jump to a library's is none of its own. */
__asm__(".text\n.globl ddot_\n.hidden ddot_\n.type ddot_, @function\n"
	"ddot_:\nendbr64\njmp getpid@PLT\n.size ddot_, .-ddot_\n");

/* Exported: whoever calls it can be served. */
void sgemm_(void);
void sgemm_(void)
{
}
