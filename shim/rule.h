/* SPDX-License-Identifier: MIT */
/*
 * Which calls end the run (--deny), and which of them may pass (--suppress).
 * Rules are read once, from the settings and from the file "suppressions" in
 * the run directory; their grammar is in the README. Judged under the engine's
 * lock.
 */
#ifndef SAMEBITS_RULE_H
#define SAMEBITS_RULE_H

#include <stdbool.h>
#include <stdint.h>

struct line;
struct source;
struct stack;

/* Who calls, as far as rules look. */
struct caller {
	const struct stack *stack;
	const struct line *line; /* of Python code, innermost first */
	unsigned lines;
	bool interpreter; /* on its own behalf: it starts or ends */
};

/* Without a launcher: the file of suppressions becomes the run's, where every
 * process finds it. False: it could not be read, or not be written. */
bool rules_keep(void);
/* Reads them, and marks the rows that they may deny. */
void rules_start(void);

/* Is this call denied? *suppression becomes the line of the rule that lets a
 * denied call pass. */
bool rules_deny(const struct source *source, const struct caller *caller,
		uint16_t *suppression);

#endif
