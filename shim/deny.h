/* SPDX-License-Identifier: MIT */
/* The end of a run in which a denied source was called. */
#ifndef SAMEBITS_DENY_H
#define SAMEBITS_DENY_H

#include <stdint.h>

struct line;
struct source;
struct thread;

/*
 * Writes down which call it was, ends every process of the run and at last this
 * one, with status 125. Where no launcher waits, says so on stderr. Under the
 * engine's lock, from within the call; async-signal-safe.
 */
_Noreturn void deny(const struct source *source, const struct thread *self,
		    uint32_t site, uintptr_t ra, const struct line *line,
		    unsigned lines);
/* Ends all of that; why (enum sb_ended) is left on the board. */
_Noreturn void deny_end(uint32_t why);
/* "samebits:   function in module+offset", a line for each frame. */
struct stack;
struct text;
void deny_say_stack(struct text *t, const struct stack *stack);
/* "samebits:   function at file:line", a line for each. */
void deny_say_lines(struct text *t, const struct line *line, unsigned lines);
/* Was a call denied in this run? Then a process that comes alive ends. */
void deny_check(void);

#endif
