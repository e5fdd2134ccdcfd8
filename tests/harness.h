/* SPDX-License-Identifier: MIT */
/* Runs programs and `samebits` itself, and reads what they said. */
#ifndef SAMEBITS_TEST_HARNESS_H
#define SAMEBITS_TEST_HARNESS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct outcome {
	int status; /* exit status; 128 + signal */
	bool signalled; /* the shell itself ended by that signal */
	char out[65536], err[16384];
};

/* Runs a shell command; kills it after 60 s. $SB, $VICTIMS_DIR, $STORE
 * are set for it. */
void outcome_of(struct outcome *o, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A command, run in $STORE, and what must come of it. */
struct command {
	const char *command;
	int status;
	const char *says; /* a part of what it says on stderr */
};
void commands_check(const struct command *row, size_t n);
#define COMMANDS(r) commands_check(r, sizeof(r) / sizeof(*(r)))

/* A cmocka case with a store of its own: $STORE is a new directory. */
#define CASE(f) cmocka_unit_test_setup_teardown(f, store_make, store_drop)
int store_make(void **state);
int store_drop(void **state);
/* What `samebits ARGUMENTS` prints; json_decref it. */
json_t *json_of(const char *arguments);
/* `samebits report --json` of the newest run in $STORE. */
json_t *report_newest(void);
/* Its entry for a source, or for what was written to; NULL: none. */
json_t *report_source(const json_t *report, const char *name);
long report_calls(const json_t *report, const char *name);

#endif
