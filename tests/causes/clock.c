/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <time.h>

int main(void)
{
	struct timespec ts;

	printf("begin\n");
	clock_gettime(CLOCK_REALTIME, &ts); /* planted */
	printf("%ld\n", ts.tv_nsec);
	return 0;
}
