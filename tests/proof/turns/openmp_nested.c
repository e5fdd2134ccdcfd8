/* SPDX-License-Identifier: MIT */
/* What the threads of nested regions do to a few sums and to a record of who
 * came when. */
#include <math.h>
#include <omp.h>
#include <stdio.h>

static float sum;
static unsigned long order;
static int calls;
#pragma omp threadprivate(calls)

static float part(int i)
{
	return cosf((float)i) / (float)(1 + i % 89);
}

/* Different work for each, or threads would keep step. */
static void work(int i)
{
	volatile double x = i;

	for (int k = 0; k < i % 67 * 5; k++)
		x = sqrt(x + k);
}

/* No lock: what is lost, is lost each time. */
static void came(int i)
{
	order = order * 31 + (unsigned long)i;
}

static void inner(int outer)
{
	float own = 0;

#pragma omp parallel for reduction(+ : own) schedule(dynamic, 2) num_threads(3)
	for (int i = 0; i < 300; i++) {
		work(i + outer);
		own += part(i * outer);
		calls++;
		came(outer * 4 + omp_get_thread_num());
	}
#pragma omp atomic
	sum += own;
}

static void teams(void)
{
	int all = 0;

#pragma omp parallel num_threads(4)
	{
		for (int k = 0; k < 5; k++)
			inner(omp_get_thread_num() + k);
#pragma omp barrier
#pragma omp atomic
		all += calls;
	}
	printf("teams %a %lx %d\n", (double)sum, order, all);
}

static float tree(int depth, int i)
{
	float left = 0, right = 0;

	if (!depth) {
		work(i);
		came(i);
		return part(i);
	}
#pragma omp task shared(left)
	left = tree(depth - 1, 2 * i);
#pragma omp task shared(right)
	right = tree(depth - 1, 2 * i + 1);
#pragma omp taskwait
	return left + right + part(depth);
}

static void tasks(void)
{
	float whole = 0, shared = 0;
	int chain[8] = { 0 };

#pragma omp parallel num_threads(5)
#pragma omp single
	{
		whole = tree(8, 1);
#pragma omp taskgroup task_reduction(+ : shared)
		for (int i = 0; i < 200; i++) {
#pragma omp task in_reduction(+ : shared)
			{
				work(i);
				shared += part(i);
			}
		}
		for (int i = 0; i < 100; i++) {
#pragma omp task depend(inout : chain[i % 8])
			{
				work(i);
				chain[i % 8] = chain[i % 8] * 7 + i;
				came(i);
			}
		}
#pragma omp taskloop grainsize(5) firstprivate(shared)
		for (int i = 0; i < 200; i++)
			came(i);
	}
	printf("tasks %a %a %d %lx\n", (double)whole, (double)shared, chain[3],
	       order);
}

static void loops(void)
{
	double lasting = 0;
	omp_lock_t lock;

	omp_init_lock(&lock);
#pragma omp parallel num_threads(6)
	{
#pragma omp for ordered schedule(dynamic, 1) nowait
		for (int i = 0; i < 100; i++) {
			work(i);
#pragma omp ordered
			lasting = lasting * 0.5 + (double)part(i);
			came(i);
		}
#pragma omp for schedule(guided)
		for (int i = 0; i < 400; i++) {
			work(i);
			if (!omp_test_lock(&lock))
				omp_set_lock(&lock);
			sum += part(i);
			omp_unset_lock(&lock);
		}
#pragma omp single
		came(omp_get_thread_num());
#pragma omp sections
		{
#pragma omp section
			came(1);
#pragma omp section
			came(2);
#pragma omp section
			came(3);
		}
	}
	omp_destroy_lock(&lock);
	printf("loops %a %a %lx\n", lasting, (double)sum, order);
}

int main(void)
{
	teams();
	tasks();
	loops();
	return 0;
}
