/* SPDX-License-Identifier: MIT */
/* Options: one table a verb, from which the parser, --help and samebits.conf
 * (defaults.h) are all made. */
#ifndef SAMEBITS_OPTS_H
#define SAMEBITS_OPTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define OPTS_MAX 63 /* in a table */
/* In the place of a letter: it may be there several times, one a line of *value
 * then. */
#define OPT_MANY '\1'
/* Its argument may be missing, and is attached where it is there: --name=ARG; *value
 * is "" without. */
#define OPT_MAYBE '\2'

struct opt {
	const char *name;   /* "seed" for --seed; NULL ends the table */
	char letter;	    /* 'q' for -q; 0: none; or OPT_MANY */
	const char *arg;    /* its argument's name in the help; NULL: a flag */
	const char *help;
	const char **value; /* set to the argument, or to "1" for a flag */
};

/*
 * What the command line leaves open comes from samebits.conf. --no-NAME undoes
 * a flag that was set there.
 *
 * Stops at the first word that is no option, or after "--"; *first is its
 * index. 0; 1: help was asked for; negative: trouble, and it was said.
 */
int opts_parse(const struct opt *table, int argc, char **argv, int *first);
/* The same where options may follow operands, which end up in argv[1] to
 * argv[*operands]. */
int opts_permute(const struct opt *table, int argc, char **argv, int *operands);
const struct opt *opts_find(const struct opt *table, const char *name,
			    size_t len);
/* The table's name that is nearest to `word`, or one that every command line
 * takes; NULL: none is near. */
const char *opts_nearest(const struct opt *table, const char *word,
			 bool command_line);
void opts_help(FILE *to, const char *synopsis, const char *about,
	       const struct opt *table);
/* A number with an optional suffix K, M or G where `suffix`; 0 or -EINVAL. */
int opts_number(const char *text, int suffix, uint64_t *n);
/* `more` on a line of its own after `lines`, which is freed; NULL: there are
 * none so far. NULL: no memory. */
char *opts_join(char *lines, const char *more);

#endif
