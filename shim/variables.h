/* SPDX-License-Identifier: MIT */
/*
 * Variables that numeric libraries and interpreters take their ways from. The
 * table and how it is applied are in source.h, as the launcher needs them, too;
 * here is what holds while the program runs: under --threads N it does not
 * change the counts any more, neither its own nor those of what it executes.
 */
#ifndef SAMEBITS_VARIABLES_H
#define SAMEBITS_VARIABLES_H

#include <stdbool.h>

/* Remembers the counts of this image, which are to stay. */
void variables_start(char *const envp[]);
/* Is it the name of a count? It ends with its text or at `end`. NULL: no. */
bool variable_guarded(const char *name, char end);

/* How many entries stay; 0 without --threads. */
int variables_kept(void);
/* Shall this entry of an environment give way to one that stays? */
bool variables_replace(const char *entry);
/* Puts those that stay there; returns how many. */
int variables_put(char **vector);

#endif
