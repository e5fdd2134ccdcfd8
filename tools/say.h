/* SPDX-License-Identifier: MIT */
/* What samebits says about itself: on stderr, one line, its name in front. */
#ifndef SAMEBITS_SAY_H
#define SAMEBITS_SAY_H

#include <stdbool.h>
#include <stdio.h>

/* Colours only on a terminal, and not where NO_COLOR is set. */
bool say_colour(FILE *to);
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same; returns STATUS_TROUBLE. Name the thing at fault and the cure. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The entry of words (NULL-terminated) nearest to word; NULL: none is near. */
const char *say_nearest(const char *word, const char *const *words);

#endif
