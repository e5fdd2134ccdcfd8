/* SPDX-License-Identifier: MIT */
/* What logs hold: the same in identical runs, within their limit, of every
 * child. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "../tools/reader.h"
#include "harness.h"

static struct outcome o;

static const char *newest(void)
{
	static char dir[128];

	snprintf(dir, sizeof(dir), "%s/latest", getenv("STORE"));
	return dir;
}

static void run(struct rundir *run, const char *options, const char *program)
{
	outcome_of(&o, "$SB run -q --store $STORE %s -- %s", options, program);
	if (o.status)
		fail_msg("%s: status %d: %s", program, o.status, o.err);
	assert_int_equal(rundir_open(run, newest()), 0);
	assert_false(run->damaged);
}

static uint64_t site_hash(const struct log *log, const struct sb_counter *c)
{
	const struct sb_site *site = log_site(log, c->site);

	return site ? site->hash : 0;
}

/* Slots follow each other as threads come to them: content is compared. */
static const struct sb_counter *twin(const struct log *in,
				     const struct log *of,
				     const struct sb_counter *c)
{
	for (size_t i = 0; i < in->ncounters; i++) {
		const struct sb_counter *t = in->counter[i];

		if (t && t->source == c->source &&
		    site_hash(in, t) == site_hash(of, c) &&
		    t->digest == c->digest && t->count == c->count &&
		    t->bytes == c->bytes && t->policy == c->policy &&
		    !memcmp(t->first, c->first, sizeof(c->first)) &&
		    !strcmp(log_thread_path(in, t->thread),
			    log_thread_path(of, c->thread)))
			return t;
	}
	return NULL;
}

static void same_counters(const struct log *a, const struct log *b)
{
	size_t in_a = 0, in_b = 0;

	for (size_t i = 0; i < a->ncounters; i++) {
		const struct sb_counter *c = a->counter[i];

		if (!c)
			continue;
		in_a++;
		if (!twin(b, a, c))
			fail_msg("%s of process %s, thread %s: %lu calls, not "
				 "the same in both runs",
				 a->source[c->source].name, a->head.path,
				 log_thread_path(a, c->thread), c->count);
	}
	for (size_t i = 0; i < b->ncounters; i++)
		in_b += b->counter[i] != NULL;
	assert_int_equal(in_a, in_b);
}

static uint32_t thread_id(const struct log *log, const char *path)
{
	uint32_t id = 1;

	while (id <= log->nthreads && strcmp(log_thread_path(log, id), path))
		id++;
	return id;
}

static size_t same_events(const struct log *a, const struct log *b,
			  uint32_t thread)
{
	const struct sb_event *x, *y;
	struct events in_a, in_b;
	size_t n = 0;

	events_start(&in_a, a, thread);
	events_start(&in_b, b, thread_id(b, log_thread_path(a, thread)));
	do {
		x = events_next(&in_a);
		y = events_next(&in_b);
		if (!x != !y || (x && (x->source != y->source ||
				       x->value != y->value ||
				       x->length != y->length ||
				       x->clock != y->clock)))
			fail_msg("thread %s: event %zu differs",
				 log_thread_path(a, thread), n + 1);
		n += x != NULL;
	} while (x);
	return n;
}

static void identical(const char *program, size_t least)
{
	struct rundir a, b;
	size_t events = 0;

	run(&a, "--trace full", program);
	run(&b, "--trace full", program);
	assert_int_equal(a.nlogs, b.nlogs);
	for (size_t i = 0; i < a.nlogs; i++) {
		assert_string_equal(a.log[i].head.path, b.log[i].head.path);
		assert_int_equal(a.log[i].head.flags, b.log[i].head.flags);
		same_counters(&a.log[i], &b.log[i]);
		for (uint32_t t = 1; t <= a.log[i].nthreads; t++)
			events += same_events(&a.log[i], &b.log[i], t);
	}
	if (events < least)
		fail_msg("%s: only %zu events", program, events);
	rundir_close(&a);
	rundir_close(&b);
}

static void test_identical(void **state)
{
	(void)state;
	identical("$TRAIN_MLP $EXAMPLES_DIR/data/digits.csv 3", 100000);
	identical("/usr/bin/python3 -c 'import json, random, time, uuid; "
		  "print(random.random(), time.time(), uuid.uuid4())'", 10);
	identical("$VICTIMS_DIR/raw_fork", 26);
	/* Not two children that end at once: which one is waited for first is
	 * the kernel's choice. */
	identical("sh -c 'echo $(for i in 1 2 3; do $VICTIMS_DIR/victim_rand "
		  "main; done); date'", 9);
}

static void test_raw_forks(void **state)
{
	char *line, *save = NULL;
	const char *seen[32];
	struct rundir all;
	size_t n = 0;

	(void)state;
	run(&all, "", "$VICTIMS_DIR/raw_fork");
	assert_int_equal(all.nlogs, 13);
	rundir_close(&all);
	/* No two children draw the same, nor does a child its parent's. */
	for (line = strtok_r(o.out, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		for (size_t i = 0; i < n; i++)
			assert_string_not_equal(seen[i], line);
		assert_true(n < 32);
		seen[n++] = line;
	}
	assert_int_equal(n, 26);
}

/* At its limit a log holds the first events, and goes on counting. */
static void test_limit(void **state)
{
	const struct log *log;
	struct rundir all;
	struct stat st;
	char path[256];
	uint64_t calls = 0;

	(void)state;
	run(&all, "--trace full --trace-limit 1M",
	    "$TRAIN_MLP $EXAMPLES_DIR/data/digits.csv 3");
	assert_int_equal(all.nlogs, 1);
	log = &all.log[0];
	assert_true(log->head.flags & SB_TRACE_LIMITED);
	assert_false(log->head.flags & SB_DEGRADED);
	for (size_t i = 0; i < log->ncounters; i++) {
		const struct sb_counter *c = log->counter[i];

		if (c && !strcmp(log->source[c->source].name, "rand"))
			calls += c->count;
	}
	/* Weights, then each epoch an order and 64 draws a sample. */
	assert_int_equal(calls, 64 * 48 + 48 + 48 * 10 + 10 +
					3 * (1438 - 1 + 1438 * 64));
	snprintf(path, sizeof(path), "%s/%016lx.0000.log", newest(),
		 (unsigned long)log->head.lineage);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size <= 1 << 20);
	assert_true(st.st_size > 1 << 19);
	rundir_close(&all);
	outcome_of(&o, "$SB report --store $STORE");
	assert_non_null(strstr(o.out, "--trace-limit"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_identical),
		CASE(test_raw_forks),
		CASE(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
