/* SPDX-License-Identifier: MIT */
/*
 * What comparing runs came to: whether they are the same, where their results
 * differ, where they first went apart. Filled by check, diff and blame; written
 * in several forms (report_*.c).
 */
#ifndef SAMEBITS_VERDICT_H
#define SAMEBITS_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "reader.h"
#include "symbols.h"

enum verdict_is {
	VERDICT_SAME,
	VERDICT_WITHIN, /* equal but for --rtol, --atol or --ignore-line */
	VERDICT_DIFFERENT,
	VERDICT_TROUBLE,
};

/* The exit status of verbs that compare. */
#define STATUS_SAME 0
#define STATUS_DIFFERENT 1
#define STATUS_UNKNOWN 2

/* A line of code. Any of the names may be NULL. */
struct frame {
	char *function, *file, *module;
	int line; /* 0: not known */
};

struct stack {
	struct frame *frame; /* innermost first; an interpreter's before C's */
	size_t n;
};

/* Where two runs went apart. */
struct suspect {
	char *source, *group;
	char *process, *thread; /* lineages */
	uint64_t index;		/* of the event in its thread, from 0 */
	bool event;		/* false: of the counters, no order is known */
	char *value[2];		/* in A, in B */
	struct {
		uint64_t digest;
		size_t length; /* 0: it is no write */
	} written[2];
	struct stack stack[2];
	char *cure; /* what would control it; NULL: not known */
};

/* A result that differs. */
struct difference {
	char *what; /* "stdout", "exit status", "output PATH", … */
	char *text;
	json_t *details; /* NULL: none */
	bool within;
};

/* Was a result made a second time, in the same way? */
enum again { AGAIN_NOT, AGAIN_SAME, AGAIN_OTHER };

/* Something around the program that was varied. */
struct variation {
	char *name, *how;
	char *text;    /* what differed then; NULL: nothing */
	char *trouble; /* it could not be tried */
	/* Of --chaos: how many orders came to this result; 0: of something
	 * else. */
	size_t orders;
	enum again again;
};

struct verdict_run {
	char *name; /* in the store: "000012" */
	double seconds;
	int status; /* as a shell shows it */
};

struct verdict {
	enum verdict_is is;
	char *sentence;
	char *likely; /* on what it depends, as more runs showed; NULL: not
		       * asked */
	char **argv; /* the program's; the caller's */
	char *trouble;
	struct verdict_run *run;
	size_t runs;
	char **compared, **uncontrolled;
	size_t ncompared, nuncontrolled;
	struct difference *difference;
	size_t differences;
	struct suspect *suspect; /* the first of all first */
	size_t suspects;
	bool native; /* nothing was controlled: all that is random differs */
	char *between[2]; /* the runs that suspects are of; NULL: none */
	struct variation *variation;
	size_t variations;
};

void verdict_free(struct verdict *v);
int verdict_status(const struct verdict *v);

/* Each copies its texts; 0 or -ENOMEM. */
int verdict_say(struct verdict *v, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int verdict_likely(struct verdict *v, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* It is in trouble from now on; a sentence that names the cure. */
int verdict_trouble(struct verdict *v, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int verdict_add_run(struct verdict *v, const char *name, double seconds,
		    int status);
int verdict_add_compared(struct verdict *v, const char *what);
/* Each text once. */
int verdict_add_uncontrolled(struct verdict *v, const char *what);
/* It is different from now on, or within. Takes a reference to details. */
int verdict_add_difference(struct verdict *v, const char *what,
			   const char *text, json_t *details, bool within);
int verdict_add_variation(struct verdict *v, const char *name, const char *how,
			  const char *text, const char *trouble);
/* A result of `orders` orders of the threads' turns; `how`: the command that
 * repeats it. */
int verdict_add_order(struct verdict *v, const char *name, const char *how,
		      const char *text, size_t orders, enum again again);
/* Of which two runs the suspects are. 0 or -ENOMEM. */
int verdict_between(struct verdict *v, const char *dir_a, const char *dir_b);
/* A new one, empty, to be filled; NULL: no memory. */
struct suspect *verdict_add_suspect(struct verdict *v);

/* What a site of a log means. */
int stack_of_site(struct stack *stack, struct symbols *symbols,
		  const struct log *log, const struct sb_site *site);
bool stacks_equal(const struct stack *a, const struct stack *b);
void stack_free(struct stack *stack);
/* The frame to point at: the innermost of the user's own code (*own), else the
 * innermost with a file; NULL: there is none. */
const struct frame *stack_own(const struct stack *stack, bool *own);

/* Reports; 0, or -EIO where they could not be written. */
int report_text(FILE *to, const struct verdict *v);
/* Of that, where the runs went apart. */
void report_suspects(FILE *to, const struct verdict *v);
json_t *report_json(const struct verdict *v);
int report_junit(FILE *to, const struct verdict *v);
int report_sarif(FILE *to, const struct verdict *v);
/* Annotations, and a summary where GitHub asks for one. */
int report_github(FILE *to, const struct verdict *v);

#endif
