/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	int pid = getpid(); /* planted */

	printf("%d\n", pid);
	return 0;
}
