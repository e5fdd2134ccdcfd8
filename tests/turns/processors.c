/* SPDX-License-Identifier: MIT */
/* Which processors threads may use, their priorities, and whose processor time
 * they see. */
#include "scene.h"

static cpu_set_t all;
static int one, go;

static void look(void)
{
	must(sched_getaffinity(0, sizeof(all), &all) == 0);
	for (one = 0; !CPU_ISSET(one, &all); one++)
		;
}

static cpu_set_t only(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return set;
}

static bool has(pthread_t t, const cpu_set_t *set)
{
	cpu_set_t now;

	must(pthread_getaffinity_np(t, sizeof(now), &now) == 0);
	return CPU_EQUAL(&now, set);
}

static void *waits(void *arg)
{
	until(peek(go));
	return arg;
}

static void *checks_own(void *set)
{
	cpu_set_t now;
	pthread_attr_t attr;
	unsigned long raw[sizeof(now) / sizeof(long)] = { 0 }, small[2];
	long n;

	must(has(pthread_self(), set));
	must(sched_getaffinity(0, sizeof(now), &now) == 0);
	must(CPU_EQUAL(&now, (cpu_set_t *)set));
	must(sched_getaffinity(gettid(), sizeof(now), &now) == 0);
	must(CPU_EQUAL(&now, (cpu_set_t *)set));
	small[1] = ~0ul; /* not asked for */
	must(sched_getaffinity(0, sizeof(long), (cpu_set_t *)small) == 0);
	must(!memcmp(small, set, sizeof(long)) && small[1] == ~0ul);
	must(pthread_getattr_np(pthread_self(), &attr) == 0);
	must(pthread_attr_getaffinity_np(&attr, sizeof(now), &now) == 0);
	must(CPU_EQUAL(&now, (cpu_set_t *)set));
	must(pthread_attr_destroy(&attr) == 0);
	n = syscall(SYS_sched_getaffinity, 0, sizeof(raw), raw);
	must(n > 0 && !memcmp(raw, set, (size_t)n));
	return set;
}

/* Each thread has a set of its own. */
static void *narrows(void *arg)
{
	cpu_set_t set = only(one);

	checks_own(&all);
	must(pthread_setaffinity_np(pthread_self(), sizeof(set), &set) == 0);
	checks_own(&set);
	joined(start(checks_own, &set)); /* inherited */
	must(syscall(SYS_sched_setaffinity, 0, sizeof(all), &all) == 0);
	checks_own(&all);
	must(sched_setaffinity(0, sizeof(set), &set) == 0);
	return arg;
}

static void sets(void)
{
	cpu_set_t set;
	pthread_t t;

	look();
	set = only(one);
	joined(start(narrows, NULL));
	checks_own(&all);
	t = start(waits, NULL);
	must(has(t, &all));
	must(pthread_setaffinity_np(t, sizeof(set), &set) == 0);
	must(has(t, &set) && has(pthread_self(), &all));
	put(go, 1);
	joined(t);
	joined(start(checks_own, &all));
}

/* They are right when the thread begins, and when pthread_create returns. */
static void by_attributes(void)
{
	pthread_attr_t attr;
	pthread_t t;
	cpu_set_t set;

	look();
	must(pthread_attr_init(&attr) == 0);
	for (int i = 0; i < CPU_SETSIZE; i++) {
		if (!CPU_ISSET(i, &all))
			continue;
		set = only(i);
		must(pthread_attr_setaffinity_np(&attr, sizeof(set), &set) ==
		     0);
		must(pthread_create(&t, &attr, checks_own, &set) == 0);
		joined(t);
		must(has(pthread_self(), &all));
	}
	CPU_ZERO(&set);
	must(pthread_attr_setaffinity_np(&attr, sizeof(set), &set) == 0);
	must(pthread_create(&t, &attr, waits, NULL) == EINVAL);
}

static void *refused(void *arg)
{
	cpu_set_t set;
	char small[1];

	CPU_ZERO(&set);
	must(pthread_setaffinity_np(pthread_self(), sizeof(set), &set) ==
	     EINVAL);
	must(sched_setaffinity(0, sizeof(set), &set) == -1 && errno == EINVAL);
	must(sched_getaffinity(0, sizeof(small), (cpu_set_t *)small) == -1 &&
	     errno == EINVAL);
	checks_own(&all);
	return arg;
}

static void refusals(void)
{
	look();
	joined(start(refused, NULL));
	refused(NULL);
}

/* That of a child, which is no thread of ours. */
static void *sets_child(void *arg)
{
	cpu_set_t set = only(one), now;
	pid_t pid = fork();

	if (pid == 0) {
		alarm(SCENE_LIMIT);
		for (;;)
			pause();
	}
	must(sched_setaffinity(pid, sizeof(set), &set) == 0);
	must(sched_getaffinity(pid, sizeof(now), &now) == 0);
	must(CPU_EQUAL(&now, &set));
	checks_own(&all);
	must(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
	return arg;
}

static void of_child(void)
{
	look();
	joined(start(sets_child, NULL));
}

/* A forked child has what the thread had that forked. */
static void *forks(void *arg)
{
	cpu_set_t set = only(one);
	pid_t pid;

	must(sched_setaffinity(0, sizeof(set), &set) == 0);
	pid = fork();
	if (pid == 0) {
		alarm(SCENE_LIMIT);
		checks_own(&set);
		must(sched_setaffinity(0, sizeof(all), &all) == 0);
		joined(start(checks_own, &all));
		checks_own(&all);
		_exit(5);
	}
	child_exits(pid, 5);
	return arg;
}

static void inherited(void)
{
	look();
	joined(start(forks, NULL));
	checks_own(&all);
}

/* The ordinary policy has one priority. */
static void *has_policy(void *arg)
{
	struct sched_param param = { .sched_priority = 0 };
	int policy;

	must(pthread_getschedparam(pthread_self(), &policy, &param) == 0);
	must(policy == (int)(intptr_t)arg && param.sched_priority == 0);
	return arg;
}

static void policies(void)
{
	struct sched_param param = { .sched_priority = 0 };
	pthread_attr_t attr;
	pthread_t t = start(waits, NULL);
	int policy;

	must(pthread_setschedparam(t, SCHED_OTHER, &param) == 0);
	must(pthread_setschedparam(t, -1, &param) == EINVAL);
	must(pthread_setschedprio(t, 0) == 0);
	must(pthread_setschedprio(t, 200) == EINVAL);
	must(pthread_setschedparam(t, SCHED_BATCH, &param) == 0);
	must(pthread_getschedparam(t, &policy, &param) == 0);
	must(policy == SCHED_BATCH && param.sched_priority == 0);
	put(go, 1);
	joined(t);
	joined(start(has_policy, (void *)SCHED_OTHER));
	must(pthread_attr_init(&attr) == 0);
	must(pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED) == 0);
	must(pthread_attr_setschedpolicy(&attr, SCHED_OTHER) == 0);
	must(pthread_create(&t, &attr, has_policy, (void *)SCHED_OTHER) == 0);
	joined(t);
}

static double time_of(clockid_t clock)
{
	struct timespec ts;

	must(clock_gettime(clock, &ts) == 0);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void *sleeps_once(void *arg)
{
	pause_ms(20);
	return waits(arg);
}

/* A thread's clock can be asked for by others, and goes on with it alone. */
static void clocks(void)
{
	clockid_t clock, own;
	pthread_t t = start(sleeps_once, NULL);
	double then, now;

	must(pthread_getcpuclockid(t, &clock) == 0);
	must(pthread_getcpuclockid(pthread_self(), &own) == 0);
	must(clock != own);
	then = time_of(clock);
	pause_ms(5);
	now = time_of(clock);
	must(then >= 0 && now >= then && now < 20);
	must(time_of(own) >= 0);
	must(time_of(CLOCK_THREAD_CPUTIME_ID) >= 0);
	put(go, 1);
	joined(t);
}

TURNS_SCENES({ "sets", sets }, { "by_attributes", by_attributes },
	     { "refusals", refusals }, { "of_child", of_child },
	     { "inherited", inherited }, { "policies", policies },
	     { "clocks", clocks })
