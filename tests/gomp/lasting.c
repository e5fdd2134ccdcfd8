/* SPDX-License-Identifier: MIT */
/*
 * Members that others wait for without a call: by memory alone ("spin"), and
 * members that compute for longer than is waited for a busy loop ("compute").
 */
#include <omp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static volatile int flag;

static void spin(void)
{
#pragma omp parallel num_threads(2)
	if (omp_get_thread_num() == 0)
		while (!flag)
			;
	else
		flag = 1;
	puts("over");
}

static double used(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static void compute(double seconds)
{
	int order = 0;

#pragma omp parallel num_threads(3)
	{
		double until = used() + seconds;

		while (used() < until)
			for (volatile int i = 0; i < 100000000; i++)
				;
#pragma omp critical
		order = order * 10 + omp_get_thread_num();
	}
	printf("%d\n", order);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "spin"))
		spin();
	else
		compute(1.5);
	return 0;
}
