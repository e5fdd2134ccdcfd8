/* SPDX-License-Identifier: MIT */
/* Sums whose last digits tell in which order the parts came: argv[1] threads. */
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

#define N 20000

static float part(int i)
{
	return sinf((float)i) / (float)(i + 1);
}

/* Different work for each, or threads would keep step. */
static void work(int i)
{
	volatile double x = i;

	for (int j = 0; j < i % 97; j++)
		x = sqrt(x + j);
}

static float reduced(int chunk)
{
	float sum = 0;

#pragma omp parallel for reduction(+ : sum) schedule(dynamic, chunk)
	for (int i = 0; i < N; i++) {
		work(i);
		sum += part(i);
	}
	return sum;
}

static float guided(void)
{
	float sum = 0;

#pragma omp parallel for reduction(+ : sum) schedule(guided)
	for (int i = 0; i < N; i++)
		sum += part(i);
	return sum;
}

static float by_atomics(void)
{
	float sum = 0;

#pragma omp parallel for schedule(static, 5)
	for (int i = 0; i < N / 10; i++) {
		work(i);
#pragma omp atomic
		sum += part(i);
	}
	return sum;
}

static float by_critical(void)
{
	float sum = 0;

#pragma omp parallel for schedule(dynamic, 3)
	for (int i = 0; i < N / 10; i++) {
		work(i);
#pragma omp critical(adding)
		sum += part(i);
	}
	return sum;
}

/* Nobody keeps them apart: what is lost, is lost each time. */
static long race(void)
{
	static volatile long n;

	n = 0;
#pragma omp parallel for schedule(dynamic, 1)
	for (int i = 0; i < N; i++)
		n = n * 31 % 1000003 + i;
	return n;
}

static unsigned long of_tasks(void)
{
	unsigned long order = 0;

#pragma omp parallel
#pragma omp single
	for (int i = 0; i < 200; i++)
#pragma omp task shared(order)
	{
		work(i * 7);
#pragma omp critical
		order = order * 31 + (unsigned long)i;
	}
	return order;
}

static unsigned long of_sections(void)
{
	unsigned long order = 0;

#pragma omp parallel sections
	{
#pragma omp section
#pragma omp critical
		order = order * 7 + 1;
#pragma omp section
#pragma omp critical
		order = order * 7 + 2;
#pragma omp section
#pragma omp critical
		order = order * 7 + 3;
	}
	return order;
}

int main(int argc, char **argv)
{
	omp_set_num_threads(argc > 1 ? atoi(argv[1]) : 4);
	printf("%a %a %a\n", (double)reduced(1), (double)reduced(7),
	       (double)guided());
	printf("%a %a\n", (double)by_atomics(), (double)by_critical());
	printf("%ld %lu %lu\n", race(), of_tasks(), of_sections());
	return 0;
}
