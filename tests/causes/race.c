/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdio.h>

static volatile double sum;

static void *add(void *step)
{
	for (int i = 0; i < 300000; i++)
		sum = sum + *(double *)step;
	return NULL;
}

int main(void)
{
	double step[3] = { 0.1, 0.2, 0.3 };
	pthread_t t[3];

	for (int i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, add, &step[i]);
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	printf("three threads\n");
	printf("%.17g\n", sum); /* planted */
	return 0;
}
