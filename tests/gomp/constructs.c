/* SPDX-License-Identifier: MIT */
/* Each construct does what OpenMP says. Prints what is wrong; "ok" else. */
#include <omp.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define T 4
#define N 100

static int failures;

#define CHECK(what)                                                            \
	do {                                                                   \
		if (!(what)) {                                                 \
			fprintf(stderr, "line %d: %s\n", __LINE__, #what);     \
			failures++;                                            \
		}                                                              \
	} while (0)

static void barriers(void)
{
	int phase[T] = { 0 };

#pragma omp parallel num_threads(T)
	for (int p = 1; p <= 50; p++) {
		phase[omp_get_thread_num()] = p;
#pragma omp barrier
		for (int i = 0; i < T; i++)
			CHECK(phase[i] == p);
#pragma omp barrier
	}
}

static void singles(void)
{
	int n = 0, m = 0, copies = 0, value;

#pragma omp parallel num_threads(T) private(value)
	{
		for (int i = 0; i < 20; i++) {
#pragma omp single
			n++;
#pragma omp single nowait
#pragma omp atomic
			m++;
		}
#pragma omp master
		CHECK(omp_get_thread_num() == 0);
		value = 0;
#pragma omp single copyprivate(value)
		value = 42;
#pragma omp atomic
		copies += value == 42;
	}
	CHECK(n == 20);
	CHECK(m == 20);
	CHECK(copies == T);
}

static void criticals(void)
{
	int a = 0, b = 0, inside = 0;

#pragma omp parallel num_threads(T)
	for (int i = 0; i < N; i++) {
#pragma omp critical
		{
			CHECK(++inside == 1);
			a++;
			sched_yield();
#pragma omp critical(within)
			b++;
			inside--;
		}
	}
	CHECK(a == T * N);
	CHECK(b == T * N);
}

static void ordered_loops(void)
{
	int last = -1;

#pragma omp parallel for ordered schedule(dynamic, 3) num_threads(T)
	for (int i = 0; i < N; i++) {
#pragma omp ordered
		{
			CHECK(last == i - 1);
			last = i;
		}
	}
	CHECK(last == N - 1);
	last = -1; /* some have nothing in order */
#pragma omp parallel for ordered schedule(static, 1) num_threads(T)
	for (int i = 0; i < N; i++)
		if (i % 3 == 0) {
#pragma omp ordered
			{
				CHECK(i > last);
				last = i;
			}
		}
	CHECK(last == N - 1);
	last = -1; /* fewer than threads */
#pragma omp parallel for ordered schedule(guided) num_threads(T)
	for (int i = 0; i < 2; i++) {
#pragma omp ordered
		CHECK(last++ == i - 1);
	}
	CHECK(last == 1);
}

static void lasts(void)
{
	int last = -1, step = 0;
	unsigned long long wide = 0;

#pragma omp parallel for lastprivate(last) schedule(dynamic, 7) num_threads(T)
	for (int i = 0; i < N; i++)
		last = i;
	CHECK(last == N - 1);
#pragma omp parallel for lastprivate(step) schedule(guided) num_threads(T)
	for (int i = N; i > 0; i -= 7)
		step = i;
	CHECK(step == 2);
#pragma omp parallel for lastprivate(wide) schedule(dynamic, 5) num_threads(T)
	for (unsigned long long i = 1ull << 63; i < (1ull << 63) + 33; i += 4)
		wide = i;
	CHECK(wide == (1ull << 63) + 32);
}

static void waiting_iterations(void)
{
	static int grid[20][20];

#pragma omp parallel for ordered(2) schedule(dynamic, 1) num_threads(T)
	for (int i = 1; i < 20; i++)
		for (int j = 1; j < 20; j++) {
#pragma omp ordered depend(sink : i - 1, j) depend(sink : i, j - 1)
			grid[i][j] = 1 + grid[i - 1][j] + grid[i][j - 1];
#pragma omp ordered depend(source)
		}
	CHECK(grid[1][19] == 19);
	CHECK(grid[2][2] == 5);
	for (int i = 1; i < 20; i++)
		for (int j = 1; j < 20; j++)
			CHECK(grid[i][j] == 1 + grid[i - 1][j] + grid[i][j - 1]);
}

static void all_sections(void)
{
	int done[7] = { 0 };

#pragma omp parallel sections num_threads(3)
	{
#pragma omp section
		done[0]++;
#pragma omp section
		done[1]++;
#pragma omp section
		done[2]++;
#pragma omp section
		done[3]++;
#pragma omp section
		done[4]++;
	}
#pragma omp parallel num_threads(T)
	{
#pragma omp sections nowait
		{
#pragma omp section
			done[5]++;
#pragma omp section
			done[6]++;
		}
	}
	for (int i = 0; i < 7; i++)
		CHECK(done[i] == 1);
}

static int fibonacci(int n)
{
	int a, b;

	if (n < 2)
		return n;
#pragma omp task shared(a) if (n > 5)
	a = fibonacci(n - 1);
#pragma omp task shared(b) final(n < 10)
	b = fibonacci(n - 2);
#pragma omp taskwait
	return a + b;
}

/* Each makes the next: as deep as the list is long, where none is put off. */
static int visited;

static void visit(int left)
{
	char room[512];

	memset(room, left, sizeof(room));
#pragma omp atomic
	visited += room[0] == (char)left;
	if (left)
#pragma omp task firstprivate(left)
		visit(left - 1);
}

static void tasks(void)
{
	int f = 0, x = 0, y = 0, z = 0, loop = 0, each[N] = { 0 }, late = 0;

#pragma omp parallel num_threads(T)
	{
#pragma omp single
		f = fibonacci(15);
#pragma omp single
		{
#pragma omp task depend(out : x)
			x = 1;
#pragma omp task depend(in : x) depend(out : y)
			y = x + 1;
#pragma omp task depend(in : x, y) depend(out : z) priority(3)
			z = x + y;
#pragma omp taskwait depend(in : z)
			CHECK(z == 3);
#pragma omp taskloop grainsize(7)
			for (int i = 0; i < N; i++)
				each[i]++;
#pragma omp taskloop num_tasks(5) reduction(+ : loop)
			for (int i = 0; i < N; i++)
				loop += i;
#pragma omp taskgroup
			{
#pragma omp task
				{
#pragma omp task shared(late)
					late = 1;
				}
			}
			CHECK(late == 1);
			visit(100000);
		}
	}
	CHECK(f == 610);
	CHECK(loop == N * (N - 1) / 2);
	CHECK(visited == 100001);
	for (int i = 0; i < N; i++)
		CHECK(each[i] == 1);
}

static void task_reductions(void)
{
	long sum = 0, product = 1, region = 0, loop = 0;

#pragma omp parallel num_threads(T)
#pragma omp single
	{
#pragma omp taskgroup task_reduction(+ : sum) task_reduction(* : product)
		for (int i = 1; i <= 10; i++) {
#pragma omp task in_reduction(+ : sum) in_reduction(* : product)
			{
				sum += i;
				product = product * i % 1009;
			}
		}
	}
	CHECK(sum == 55);
	CHECK(product > 0);
#pragma omp parallel reduction(task, + : region) num_threads(T)
	{
#pragma omp task in_reduction(+ : region)
		region += 10;
		region += 1;
	}
	CHECK(region == 11 * T);
#pragma omp parallel num_threads(T)
#pragma omp for reduction(task, + : loop) schedule(dynamic)
	for (int i = 0; i < N; i++) {
#pragma omp task in_reduction(+ : loop)
		loop += i;
	}
	CHECK(loop == N * (N - 1) / 2);
}

static pthread_t fulfiller;

static void *fulfil(void *event)
{
	usleep(20000);
	omp_fulfill_event((omp_event_handle_t)event);
	return NULL;
}

static void detached(void)
{
	omp_event_handle_t event;
	int done = 0;

#pragma omp parallel num_threads(2)
#pragma omp single
	{
#pragma omp task detach(event) shared(done)
		{
			done = 1;
			pthread_create(&fulfiller, NULL, fulfil, (void *)event);
		}
#pragma omp taskwait
		CHECK(done == 1);
	}
	pthread_join(fulfiller, NULL);
}

static int of_thread;
#pragma omp threadprivate(of_thread)
static __thread int own;

static void nothing_lost(void)
{
	int seen = 0, given[T];

#pragma omp parallel num_threads(T)
	{
		own = of_thread = 100 + omp_get_thread_num();
		given[omp_get_thread_num()] = (int)(intptr_t)&own & 0x7fffffff;
	}
	for (int r = 0; r < 10; r++) {
		seen = 0;
#pragma omp parallel num_threads(T) reduction(+ : seen)
		{
			seen += of_thread == 100 + omp_get_thread_num() &&
				own == of_thread &&
				given[omp_get_thread_num()] ==
					((int)(intptr_t)&own & 0x7fffffff);
		}
		CHECK(seen == T);
	}
	of_thread = 7;
#pragma omp parallel num_threads(T) copyin(of_thread)
	CHECK(of_thread == 7);
}

static void nested(void)
{
	int n = 0, inner[T][3] = { { 0 } };

	CHECK(omp_get_level() == 0 && !omp_in_parallel());
	omp_set_max_active_levels(2);
#pragma omp parallel num_threads(T)
	{
		int outer = omp_get_thread_num();

		omp_set_num_threads(3);
		CHECK(omp_get_level() == 1);
#pragma omp parallel
		{
			CHECK(omp_get_num_threads() == 3);
			CHECK(omp_get_level() == 2);
			CHECK(omp_get_active_level() == 2);
			CHECK(omp_get_ancestor_thread_num(1) == outer);
			CHECK(omp_get_ancestor_thread_num(0) == 0);
			CHECK(omp_get_ancestor_thread_num(3) == -1);
			CHECK(omp_get_team_size(1) == T);
			CHECK(omp_get_team_size(2) == 3);
			inner[outer][omp_get_thread_num()]++;
#pragma omp barrier
#pragma omp parallel num_threads(5)
			{
				CHECK(omp_get_num_threads() == 1);
				CHECK(omp_get_level() == 3);
				CHECK(omp_get_active_level() == 2);
#pragma omp atomic
				n++;
			}
		}
#pragma omp barrier
	}
	omp_set_max_active_levels(1);
	CHECK(n == 3 * T);
	for (int i = 0; i < T; i++)
		for (int j = 0; j < 3; j++)
			CHECK(inner[i][j] == 1);
	CHECK(omp_get_max_threads() != 3);
}

static void settings(void)
{
	omp_sched_t kind;
	int chunk;

	omp_set_num_threads(T);
#pragma omp parallel
	{
		CHECK(omp_get_num_threads() == T);
		CHECK(omp_get_max_threads() == T);
		CHECK(omp_in_parallel());
		if (omp_get_thread_num() == 1) {
			omp_set_num_threads(9);
			omp_set_schedule(omp_sched_dynamic, 5);
			CHECK(omp_get_max_threads() == 9);
		}
#pragma omp barrier
		CHECK(omp_get_max_threads() ==
		      (omp_get_thread_num() == 1 ? 9 : T));
	}
	CHECK(omp_get_max_threads() == T);
	omp_get_schedule(&kind, &chunk);
	CHECK(chunk != 5);
#pragma omp parallel if (0)
	CHECK(omp_get_num_threads() == 1 && omp_get_level() == 1 &&
	      !omp_in_parallel());
#pragma omp parallel num_threads(2)
#pragma omp task final(1)
	CHECK(omp_in_final());
#pragma omp teams num_teams(3)
	{
		CHECK(omp_get_num_teams() == 3);
#pragma omp parallel num_threads(2)
		CHECK(omp_get_num_teams() == 3 && omp_get_team_num() < 3);
	}
}

static void locks(void)
{
	omp_lock_t lock;
	omp_nest_lock_t nest;
	int n = 0, m = 0;

	omp_init_lock(&lock);
	omp_init_nest_lock(&nest);
#pragma omp parallel num_threads(T)
	for (int i = 0; i < N; i++) {
		omp_set_lock(&lock);
		n++;
		if (i % 10 == 0)
			sched_yield();
		omp_unset_lock(&lock);
		while (!omp_test_lock(&lock))
			;
		n++;
		omp_unset_lock(&lock);
		omp_set_nest_lock(&nest);
		CHECK(omp_test_nest_lock(&nest) == 2);
		m++;
#pragma omp taskyield
		omp_unset_nest_lock(&nest);
		omp_unset_nest_lock(&nest);
	}
	omp_destroy_lock(&lock);
	omp_destroy_nest_lock(&nest);
	CHECK(n == 2 * T * N);
	CHECK(m == T * N);
}

static void cancelling(void)
{
	int after = 0, rounds = 0, done = 0;

	if (!omp_get_cancellation())
		return;
#pragma omp parallel num_threads(T)
	{
		if (omp_get_thread_num() == 2) {
#pragma omp cancel parallel
		}
#pragma omp barrier
#pragma omp atomic
		after++;
	}
	CHECK(after == 0);
#pragma omp parallel num_threads(T)
	{
#pragma omp for schedule(dynamic, 1)
		for (int i = 0; i < 100000; i++) {
#pragma omp atomic
			rounds++;
#pragma omp cancel for if (i == 40)
#pragma omp cancellation point for
		}
	}
	CHECK(rounds < 100000);
#pragma omp parallel num_threads(T)
#pragma omp single
#pragma omp taskgroup
	for (int i = 0; i < N; i++) {
#pragma omp task shared(done)
		{
#pragma omp atomic
			done++;
#pragma omp cancel taskgroup if (done > 10)
		}
	}
	CHECK(done > 0);
#pragma omp parallel num_threads(T)
	{
#pragma omp barrier
#pragma omp for
		for (int i = 0; i < N; i++)
#pragma omp atomic
			done++;
	}
	CHECK(done >= N);
}

/* Members that wait for each other by other means. */
static void otherwise(void)
{
	pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t c = PTHREAD_COND_INITIALIZER;
	volatile int flag = 0;
	int ready = 0;

#pragma omp parallel num_threads(2)
	if (omp_get_thread_num() == 0) {
		while (!flag)
			sched_yield();
		pthread_mutex_lock(&m);
		while (!ready)
			pthread_cond_wait(&c, &m);
		pthread_mutex_unlock(&m);
	} else {
		flag = 1;
#pragma omp taskyield
		pthread_mutex_lock(&m);
		ready = 1;
		pthread_cond_signal(&c);
		pthread_mutex_unlock(&m);
	}
	CHECK(ready);
}

static long total;

static void *own_team(void *arg)
{
	long sum = 0;

	for (int r = 0; r < 20; r++) {
#pragma omp parallel for num_threads(3) reduction(+ : sum)
		for (int i = 0; i < N; i++)
			sum += i;
#pragma omp critical(all_teams)
		total += sum;
		sum = 0;
	}
#pragma omp parallel num_threads(3)
#pragma omp critical(all_teams)
	total += (long)arg;
	return NULL;
}

static void own_threads(void)
{
	pthread_t id[5];

	total = 0;
	for (long i = 0; i < 5; i++)
		pthread_create(&id[i], NULL, own_team, (void *)i);
	for (int i = 0; i < 5; i++)
		pthread_join(id[i], NULL);
	CHECK(total == 5l * 20 * N * (N - 1) / 2 + 3 * 10);
}

static int status_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return status;
}

static void forks(void)
{
	pid_t pid;
	int n = 0;

	pid = fork();
	if (pid == 0) {
#pragma omp parallel num_threads(T)
#pragma omp atomic
		n++;
		_exit(n == T ? 0 : 1);
	}
	CHECK(status_of(pid) == 0);
#pragma omp parallel num_threads(T)
	{
		pid_t child = fork();

		if (child == 0)
			_exit(0);
#pragma omp critical
		CHECK(status_of(child) == 0);
	}
	pid = fork();
	if (pid == 0) {
#pragma omp parallel num_threads(T)
		if (omp_get_thread_num() == 2)
			exit(3);
		exit(4);
	}
	CHECK(WEXITSTATUS(status_of(pid)) == 3);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} part[] = {
		{ "barriers", barriers },   { "singles", singles },
		{ "criticals", criticals }, { "ordered", ordered_loops },
		{ "lasts", lasts },	    { "waiting", waiting_iterations },
		{ "sections", all_sections }, { "tasks", tasks },
		{ "reductions", task_reductions }, { "detached", detached },
		{ "private", nothing_lost }, { "nested", nested },
		{ "settings", settings },   { "locks", locks },
		{ "cancelling", cancelling }, { "otherwise", otherwise },
		{ "threads", own_threads }, { "forks", forks },
	};

	for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++)
		if (argc < 2 || !strcmp(argv[1], part[i].name)) {
			part[i].run();
			if (argc > 2)
				fprintf(stderr, "%s\n", part[i].name);
		}
	if (!failures)
		puts("ok");
	return failures > 0;
}
