/* SPDX-License-Identifier: MIT */
/* For who calls the verbs run and audit in a process of its own. */
#ifndef SAMEBITS_RUN_H
#define SAMEBITS_RUN_H

/* Where the name of the run's directory is written once it is made; -1:
 * nowhere. */
extern int run_made;
/* Where samebits itself speaks, as stderr is the program's; -1: on stderr. */
extern int run_says;
/* Where outputs that lie outside of the working directory are copied to at the
 * end, below their full names; NULL: nowhere. */
extern const char *run_elsewhere;

/* As `samebits run`, by the options that stand in `wanted` (runopts.h). The
 * status to end with; where a signal has ended the program, it ends us. */
int run_program(char **argv);

#endif
