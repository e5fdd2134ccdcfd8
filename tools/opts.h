/* SPDX-License-Identifier: MIT */
/* Options: one table a verb, from which parser and --help are both made. */
#ifndef SAMEBITS_OPTS_H
#define SAMEBITS_OPTS_H

#include <stdint.h>
#include <stdio.h>

struct opt {
	const char *name;   /* "seed" for --seed; NULL ends the table */
	char letter;	    /* 'q' for -q; 0: none */
	const char *arg;    /* its argument's name in the help; NULL: a flag */
	const char *help;
	const char **value; /* set to the argument, or to "1" for a flag */
};

/* Stops at the first word that is no option, or after "--"; *first is its
 * index. 0; 1: help was asked for; negative: trouble, and it was said. */
int opts_parse(const struct opt *table, int argc, char **argv, int *first);
void opts_help(FILE *to, const char *synopsis, const char *about,
	       const struct opt *table);
/* A number with an optional suffix K, M or G where `suffix`; 0 or -EINVAL. */
int opts_number(const char *text, int suffix, uint64_t *n);

#endif
