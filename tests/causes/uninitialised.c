/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	unsigned char *volatile p = malloc(4000);

	printf("%d\n", p[3000]); /* planted */
	free(p);
	return 0;
}
