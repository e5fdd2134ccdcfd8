/* SPDX-License-Identifier: MIT */
#include <stdio.h>

static int here;

int main(void)
{
	printf("%p\n", (void *)&here); /* planted */
	return 0;
}
