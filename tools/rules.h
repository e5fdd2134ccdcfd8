/* SPDX-License-Identifier: MIT */
/* Rules about calls: what --deny and a file of suppressions say. Their grammar
 * is the preloaded object's own (shim/source.h). */
#ifndef SAMEBITS_RULES_H
#define SAMEBITS_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reader.h"

/* A list with commas between; false: it is wrong, and that was said. */
bool rules_valid(const char *list);

struct suppression {
	unsigned line;
	char *rule, *reason;
	uint64_t calls; /* that it let pass (suppressions_count) */
};

struct suppressions {
	struct suppression *rule;
	size_t n;
	char *text; /* the file's */
	size_t size;
};

/* 0; or negative, and what is wrong was said, with file, line and column.
 * suppressions_free() is due in either case. */
int suppressions_read(struct suppressions *s, const char *file);
/* Those that a run was made with, of which nothing need be said: none where it
 * had no file. */
void suppressions_of_run(struct suppressions *s, const char *dir);
/* Puts the file where the shim of the run finds it; 0 or -errno. */
int suppressions_write(const struct suppressions *s, const char *dir);
void suppressions_count(struct suppressions *s, const struct rundir *run);
void suppressions_free(struct suppressions *s);

#endif
