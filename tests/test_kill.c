/* SPDX-License-Identifier: MIT */
/* kill -9 at random instants: every call that had returned is in the log. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../tools/reader.h"
#include "harness.h"

#define ROUNDS 200
#define PROCESSES 2
#define THREADS 2
#define LONGEST 30000 /* us from the start to the kill */
#define STEP 1000     /* ns, of the logical clock */

static const char *const processes[PROCESSES] = { "0", "0/0.1" };
static const char *const threads[THREADS] = { "0.1", "0.2" };

static uint64_t (*answers)[THREADS]; /* by the program itself */
static char shared[64];
static unsigned long seen; /* answers in all rounds: none would prove nothing */

static void kill_one(const char *trace)
{
	struct timespec delay = { 0, random() % LONGEST * 1000L };
	pid_t pid = fork();

	if (pid == 0) {
		setpgid(0, 0);
		execl(getenv("SAMEBITS_BIN"), "samebits", "run", "-q",
		      "--trace", trace, "--store", getenv("STORE"), "--",
		      getenv("WRITER"), shared, (char *)NULL);
		_exit(127);
	}
	setpgid(pid, pid);
	nanosleep(&delay, NULL);
	assert_int_equal(kill(-pid, SIGKILL), 0);
	/* The writers are handed to us as the launcher is gone (share()). */
	while (waitpid(-pid, NULL, 0) > 0)
		;
}

static bool asks_time(const struct log *log, const struct sb_counter *c)
{
	return c && !strcmp(log->source[c->source].name, "time");
}

static uint64_t counted(const struct log *log, const char *thread)
{
	uint64_t n = 0;

	for (size_t i = 0; i < log->ncounters; i++) {
		const struct sb_counter *c = log->counter[i];

		if (asks_time(log, c) &&
		    !strcmp(log_thread_path(log, c->thread), thread))
			n += c->count;
	}
	return n;
}

/* Each event once, in order, none between two missing: the clock tells. */
static uint64_t traced(const struct log *log, const char *thread)
{
	const struct sb_event *e;
	struct events it;
	uint64_t n = 0, clock = 0;
	uint32_t id = 1;

	while (id <= log->nthreads &&
	       strcmp(log_thread_path(log, id), thread))
		id++;
	events_start(&it, log, id);
	while ((e = events_next(&it))) {
		if (strcmp(log->source[e->source].name, "time"))
			continue;
		if (n++ && e->clock != clock + STEP)
			fail_msg("thread %s, event %lu: clock %lu after %lu",
				 thread, n, e->clock, clock);
		clock = e->clock;
	}
	return n;
}

static const struct log *log_of(const struct rundir *run, const char *process)
{
	for (size_t i = 0; i < run->nlogs; i++)
		if (!strcmp(run->log[i].head.path, process))
			return &run->log[i];
	return NULL;
}

static void compare(const struct rundir *run, int p, int t, bool full)
{
	const struct log *log = log_of(run, processes[p]);
	uint64_t want = answers[p][t], have;

	if (!want)
		return;
	if (!log)
		fail_msg("process %s has no log", processes[p]);
	seen += want;
	have = counted(log, threads[t]);
	/* One more may have been under way. */
	if (have != want && have != want + 1)
		fail_msg("process %s, thread %s: %lu answers, %lu counted",
			 processes[p], threads[t], want, have);
	if (!full || log->head.flags & SB_TRACE_LIMITED)
		return;
	have = traced(log, threads[t]);
	/* Counted first, then written: either may be one ahead. */
	if (have != want && have != want + 1)
		fail_msg("process %s, thread %s: %lu answers, %lu events",
			 processes[p], threads[t], want, have);
}

static void rounds(const char *trace)
{
	static struct outcome o;
	char dir[128];

	snprintf(dir, sizeof(dir), "%s/000001", getenv("STORE"));
	for (int i = 0; i < ROUNDS / 2; i++) {
		struct rundir run;

		memset(answers, 0, 4096);
		kill_one(trace);
		if (rundir_open(&run, dir) == 0)
			for (int p = 0; p < PROCESSES; p++)
				for (int t = 0; t < THREADS; t++)
					compare(&run, p, t,
						!strcmp(trace, "full"));
		rundir_close(&run);
		outcome_of(&o, "rm -rf $STORE/*");
	}
	assert_true(seen > 100000);
}

static void test_counters(void **state)
{
	(void)state;
	rounds("sites");
}

static void test_events(void **state)
{
	(void)state;
	rounds("full");
}

static int share(void **state)
{
	int fd;

	(void)state;
	strcpy(shared, "/tmp/samebits-kill-XXXXXX");
	fd = mkstemp(shared);
	if (fd < 0 || ftruncate(fd, 4096))
		return -1;
	answers = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	srandom((unsigned)time(NULL));
	return answers == MAP_FAILED || prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static int unshare_file(void **state)
{
	(void)state;
	return unlink(shared);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_counters),
		CASE(test_events),
	};

	return cmocka_run_group_tests(tests, share, unshare_file);
}
