/* SPDX-License-Identifier: MIT */
/* What the exports share: a run, and names for what is in it. */
#ifndef SAMEBITS_EXPORT_H
#define SAMEBITS_EXPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "reader.h"
#include "symbols.h"

struct export {
	struct rundir run;
	struct symbols *symbols;
	const char *name; /* of the run: "000001" */
};

/* Each writes the run to a stream, or to a new file of that name; 0 or -errno.
 * What a stream could not take is seen by ferror(). */
int export_perfetto(struct export *e, FILE *to);
int export_folded(struct export *e, FILE *to);
int export_jsonl(struct export *e, FILE *to);
int export_sqlite(struct export *e, const char *path);

/* The stacks of all calls, each once, by text: "outermost;…;source". */
struct folded {
	char *text;
	uint64_t calls;
};
/* Before the place of an interpreter's line. */
#define FOLDED_AT "\xc2\xb7 "
/* telling: for people. Where an interpreter's lines are known, they stand for
 * its own frames; frames that say the same are one. 0 or -ENOMEM;
 * export_fold_free() is due in either case. */
int export_fold(struct export *e, bool telling, struct folded **stack, size_t *n);
void export_fold_free(struct folded *stack, size_t n);

/* "force", "observe", "pass", "deny", or "crypto" */
const char *export_policy(const struct sb_counter *c);
/* A function's name, or "module+0x…"; the caller's to free, NULL: no memory. */
char *export_frame(struct export *e, const struct log *log,
		   const struct sb_frame *frame);
/* A JSON string with its quotes; the caller's to free, NULL: no memory. */
char *export_quoted(const char *text);

/* The threads of a log that have events, one after the other: *at is 0 at
 * first. Their id, or 0 at the end. */
uint32_t export_next_thread(const struct log *log, size_t *at);

#endif
