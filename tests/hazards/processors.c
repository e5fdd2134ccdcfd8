/* SPDX-License-Identifier: MIT */
/* Every view of how many processors there are, and what a program does with
 * them. "views" prints what each shows. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>

#include "hazard.h"

#define MANY 65536

static cpu_set_t *set;
static size_t size;

static void set_make(void)
{
	size = CPU_ALLOC_SIZE(MANY);
	set = CPU_ALLOC(MANY);
	must(set);
}

static int counted(void)
{
	int n = CPU_COUNT_S(size, set);

	for (int i = 0; i < n; i++) /* the first ones */
		must(CPU_ISSET_S(i, size, set));
	return n;
}

static int by_affinity(void)
{
	must(sched_getaffinity(0, size, set) == 0);
	return counted();
}

static int by_number(void)
{
	must(sched_getaffinity(getpid(), size, set) == 0);
	return counted();
}

static int by_thread(void)
{
	must(pthread_getaffinity_np(pthread_self(), size, set) == 0);
	return counted();
}

static int by_attributes(void)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	must(pthread_attr_getaffinity_np(&attr, size, set) == 0);
	pthread_attr_destroy(&attr);
	return counted();
}

static int by_call(void)
{
	long n = syscall(SYS_sched_getaffinity, 0, size, set);

	must(n > 0);
	must(CPU_COUNT_S(size, set) >= CPU_COUNT_S((size_t)n, set));
	return CPU_COUNT_S((size_t)n, set);
}

/* Lines that begin so. */
static int lines(const char *file, const char *start)
{
	FILE *f = fopen(file, "r");
	char line[65536];
	int n = 0;

	must(f);
	while (fgets(line, sizeof(line), f))
		n += !strncmp(line, start, strlen(start)) &&
		     line[strlen(start)] != ' ';
	fclose(f);
	return n;
}

/* Of a list, "0-3" or "0". */
static int listed(const char *file)
{
	int from = -1, to = -1, fd = open(file, O_RDONLY);
	char text[256];
	ssize_t n = read(fd, text, sizeof(text) - 1);

	must(n > 0);
	text[n] = 0;
	close(fd);
	must(text[n - 1] == '\n' && !strchr(text, ','));
	n = sscanf(text, "%d-%d", &from, &to);
	must(from == 0);
	return n == 1 ? 1 : to + 1;
}

static void views(void)
{
	set_make();
	printf("sysconf %ld %ld\n", sysconf(_SC_NPROCESSORS_ONLN),
	       sysconf(_SC_NPROCESSORS_CONF));
	printf("get_nprocs %d %d\n", get_nprocs(), get_nprocs_conf());
	printf("affinity %d %d %d %d %d\n", by_affinity(), by_number(),
	       by_thread(), by_attributes(), by_call());
	printf("cpuinfo %d\n", lines("/proc/cpuinfo", "processor\t"));
	printf("stat %d\n", lines("/proc/stat", "cpu"));
	printf("lists %d %d %d\n", listed("/sys/devices/system/cpu/online"),
	       listed("/sys/devices/system/cpu/possible"),
	       listed("/sys/devices/system/cpu/present"));
	fflush(stdout);
	CPU_FREE(set);
}

static int where(void)
{
	unsigned cpu = ~0u, node = ~0u, again = ~0u;

	must(getcpu(&cpu, &node) == 0);
	must(syscall(SYS_getcpu, &again, &node, NULL) == 0);
	must(cpu < (unsigned)get_nprocs() && again < (unsigned)get_nprocs());
	return sched_getcpu();
}

static void *pinned(void *arg)
{
	where();
	return arg;
}

static void run_with(const pthread_attr_t *attr)
{
	void *back;
	pthread_t t;

	must(pthread_create(&t, attr, pinned, &back) == 0);
	must(pthread_join(t, &back) == 0 && back == &back);
}

static void pin_all(pthread_attr_t *attr, int n)
{
	for (int i = 0; i < n; i++) {
		CPU_ZERO_S(size, set);
		CPU_SET_S(i, size, set);
		must(sched_setaffinity(0, size, set) == 0);
		must(where() == i);
		must(pthread_setaffinity_np(pthread_self(), size, set) == 0);
		must(where() == i);
		must(syscall(SYS_sched_setaffinity, 0, size, set) == 0);
		must(pthread_attr_setaffinity_np(attr, size, set) == 0);
		run_with(attr);
	}
}

/* To each that is believed in; to one that is not, as natively. */
static void pins(void)
{
	pthread_attr_t attr;
	int n = get_nprocs();

	set_make();
	if (by_affinity() != n) /* natively, of a part of them */
		return;
	pthread_attr_init(&attr);
	pin_all(&attr, n);
	CPU_ZERO_S(size, set);
	CPU_SET_S(n, size, set);
	must(sched_setaffinity(0, size, set) < 0 && errno == EINVAL);
	must(syscall(SYS_sched_setaffinity, 0, size, set) < 0 &&
	     errno == EINVAL);
	must(pthread_setaffinity_np(pthread_self(), size, set) == EINVAL);
	pthread_attr_destroy(&attr);
	CPU_FREE(set);
}

/* What libomp asks at its start; a process that is not there; no room. */
static void odd(void)
{
	cpu_set_t one;
	long small;

	must(syscall(SYS_sched_setaffinity, 0, sizeof(one), NULL) < 0);
	must(errno == EFAULT);
	must(syscall(SYS_sched_getaffinity, 0, sizeof(one), NULL) < 0);
	must(errno == EFAULT);
	must(sched_getaffinity(0, sizeof(one), NULL) < 0 && errno == EFAULT);
	must(sched_getaffinity(99999999, sizeof(one), &one) < 0);
	must(errno == ESRCH);
	must(sched_getaffinity(0, 0, &one) < 0 && errno == EINVAL);
	must(sched_getaffinity(0, 7, (cpu_set_t *)&small) < 0);
	must(errno == EINVAL);
	must(sched_setaffinity(0, 0, &one) < 0 && errno == EINVAL);
	must(getcpu(NULL, NULL) == 0);
}

static void child_says(char *const envp[], char *out, size_t room)
{
	char *argv[] = { (char *)"sh", (char *)"-c",
			 (char *)"echo $OMP_NUM_THREADS $OTHER", NULL };
	posix_spawn_file_actions_t actions;
	int end[2], status;
	ssize_t n;
	pid_t pid;

	must(pipe(end) == 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, end[1], 1);
	must(posix_spawn(&pid, "/bin/sh", &actions, NULL, argv, envp) == 0);
	close(end[1]);
	n = read(end[0], out, room - 1);
	close(end[0]);
	out[n < 0 ? 0 : n] = 0;
	must(waitpid(pid, &status, 0) == pid && status == 0);
}

/* A program's own settings; prints what it and its children then see. */
static void sets(void)
{
	char one[] = "OMP_NUM_THREADS=1", other[] = "OTHER=x",
	     drop[] = "OMP_NUM_THREADS", text[64];
	char *const envp[] = { one, other, one, NULL };
	const char *value;

	for (int i = 0; i < 5; i++) {
		must(i != 0 || setenv("OMP_NUM_THREADS", "1", 1) == 0);
		must(i != 1 || putenv(one) == 0);
		must(i != 2 || unsetenv("OMP_NUM_THREADS") == 0);
		must(i != 3 || putenv(drop) == 0);
		must(i != 4 || clearenv() == 0);
		value = getenv("OMP_NUM_THREADS");
		printf("%s\n", value ? value : "none");
	}
	must(!getenv("PATH"));
	child_says(envp, text, sizeof(text));
	printf("%s", text);
	fflush(stdout);
}

SCENES({ "views", views }, { "pins", pins }, { "odd", odd }, { "sets", sets })
