/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <sys/random.h>

int main(void)
{
	unsigned long n = 0;
	FILE *to = fopen("key", "w");

	if (getrandom(&n, sizeof(n), 0) != sizeof(n)) /* planted */
		return 1;
	fprintf(to, "%lx\n", n);
	fclose(to);
	return 0;
}
