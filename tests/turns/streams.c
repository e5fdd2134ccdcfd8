/* SPDX-License-Identifier: MIT */
/* Streams, whose locks and reads are libc's own: no call of the program's. */
#include <semaphore.h>

#include "scene.h"

static FILE *in, *out;
static int ends[2], flag, total;
static sem_t s;

static void make_streams(void)
{
	must(pipe(ends) == 0);
	must((in = fdopen(ends[0], "r")) && (out = fdopen(ends[1], "w")));
}

static void *writes_under_lock(void *arg)
{
	for (int i = 0; i < 5; i++) {
		flockfile(out);
		must(fputs("begin ", out) >= 0);
		pause_ms(1); /* others come meanwhile */
		must(fprintf(out, "%d", (int)(intptr_t)arg) > 0);
		sched_yield();
		must(fputs(" end\n", out) >= 0);
		funlockfile(out);
	}
	return NULL;
}

/* The lock is held while others run. */
static void locked(void)
{
	char word[3][8];
	int n = 0;

	make_streams();
	together(4, writes_under_lock);
	must(fclose(out) == 0);
	while (fscanf(in, "%7s %7s %7s", word[0], word[1], word[2]) == 3) {
		must(!strcmp(word[0], "begin") && !strcmp(word[2], "end"));
		must(atoi(word[1]) >= 0 && atoi(word[1]) < 4);
		n++;
	}
	must(n == 20);
}

static void *tries(void *arg)
{
	while (ftrylockfile(out))
		sched_yield();
	total++;
	funlockfile(out);
	return arg;
}

static void tried(void)
{
	pthread_t t[3];

	make_streams();
	flockfile(out);
	flockfile(out); /* it is recursive */
	for (int i = 0; i < 3; i++)
		t[i] = start(tries, NULL);
	pause_ms(5);
	funlockfile(out);
	must(total == 0);
	funlockfile(out);
	for (int i = 0; i < 3; i++)
		joined(t[i]);
	must(total == 3);
}

/* Whole calls do not mix. */
static void *prints(void *arg)
{
	for (int i = 0; i < 30; i++) {
		must(fprintf(out, "%s %d %d\n", "line", (int)(intptr_t)arg, i) >
		     0);
		if (i % 10 == 0)
			sched_yield();
	}
	return NULL;
}

static void whole_lines(void)
{
	int last[4] = { -1, -1, -1, -1 }, who, what, n = 0;

	make_streams();
	together(4, prints);
	must(fclose(out) == 0);
	while (fscanf(in, "line %d %d\n", &who, &what) == 2) {
		must(who >= 0 && who < 4 && what == last[who] + 1);
		last[who] = what;
		n++;
	}
	must(n == 120);
}

/* One waits inside libc for what another one writes. */
static void *gets(void *arg)
{
	char line[32];

	must(fgets(line, sizeof(line), in));
	must(!strcmp(line, arg));
	add(total, 1);
	return arg;
}

static void waits_inside(void)
{
	pthread_t t;

	make_streams();
	t = start(gets, "first\n");
	pause_ms(5);
	must(fputs("first\n", out) >= 0 && fflush(out) == 0);
	joined(t);
	must(total == 1);
}

/* Two wait on one stream: one reads, one waits for its lock. */
static void two_wait_inside(void)
{
	pthread_t t[2];

	make_streams();
	t[0] = start(gets, "same\n");
	t[1] = start(gets, "same\n");
	pause_ms(5);
	must(fputs("same\n", out) >= 0 && fflush(out) == 0);
	pause_ms(5);
	must(fputs("same\n", out) >= 0 && fflush(out) == 0);
	joined(t[0]);
	joined(t[1]);
	must(total == 2);
}

/* The writer waits inside libc for room. */
static void *fills(void *arg)
{
	for (int i = 0; i < 40000; i++)
		must(fprintf(out, "%d\n", i) > 0);
	must(fclose(out) == 0);
	return arg;
}

static void writes_inside(void)
{
	pthread_t t;
	int i = 0, got;

	make_streams();
	t = start(fills, NULL);
	for (; fscanf(in, "%d\n", &got) == 1; i++)
		must(got == i);
	must(i == 40000);
	joined(t);
}

/* The output of commands, each read by a thread. */
static void *reads_command(void *arg)
{
	FILE *command = popen("echo one; sleep 0.02; echo two", "r");
	char line[16];

	must(command);
	must(fgets(line, sizeof(line), command) && !strcmp(line, "one\n"));
	must(fgets(line, sizeof(line), command) && !strcmp(line, "two\n"));
	must(pclose(command) == 0);
	return arg;
}

static void *yields(void *arg)
{
	while (!peek(flag)) {
		sched_yield();
		add(total, 1);
	}
	return arg;
}

static void commands(void)
{
	pthread_t t = start(yields, NULL);

	together(3, reads_command);
	until(peek(total));
	put(flag, 1);
	joined(t);
}

/* Flushing all of them waits for those that are in use. */
static void *holds(void *arg)
{
	flockfile(out);
	must(sem_post(&s) == 0);
	pause_ms(10);
	put(flag, 1);
	must(fputs("held\n", out) >= 0);
	funlockfile(out);
	return arg;
}

static void flush_all(void)
{
	char line[16];
	pthread_t t;

	must(sem_init(&s, 0, 0) == 0);
	make_streams();
	must(fputs("before\n", out) >= 0);
	t = start(holds, NULL);
	must(sem_wait(&s) == 0);
	must(fflush(NULL) == 0);
	must(peek(flag) == 1);
	joined(t);
	must(fflush(out) == 0);
	must(fgets(line, sizeof(line), in) && !strcmp(line, "before\n"));
	must(fgets(line, sizeof(line), in) && !strcmp(line, "held\n"));
}

TURNS_SCENES({ "locked", locked }, { "tried", tried },
	     { "whole_lines", whole_lines }, { "waits_inside", waits_inside },
	     { "two_wait_inside", two_wait_inside },
	     { "writes_inside", writes_inside }, { "commands", commands },
	     { "flush_all", flush_all })
