/* SPDX-License-Identifier: MIT */
/* As many events as the argument says. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 0;
	unsigned long sum = 0;

	while (n--)
		sum += (unsigned long)rand();
	printf("%lu\n", sum);
	return 0;
}
