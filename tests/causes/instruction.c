/* SPDX-License-Identifier: MIT */
#include <stdio.h>

int main(void)
{
	unsigned long n;
	unsigned char ok;

	__asm__ volatile("rdrand %0; setc %1" : "=r"(n), "=qm"(ok));
	printf("%lx %d\n", n, ok); /* planted */
	return 0;
}
