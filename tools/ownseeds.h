/* SPDX-License-Identifier: MIT */
/* Where a program seeds itself: explicit calls in a run's log, and lines of the
 * Python files that it ran, whose generators libc never sees. */
#ifndef SAMEBITS_OWNSEEDS_H
#define SAMEBITS_OWNSEEDS_H

#include <jansson.h>

#define OWNSEEDS_SHOWN 5

/* Texts as "srand() at train.c:12", each once, of a run's directory: an array,
 * empty where nothing was found. */
json_t *ownseeds_find(const char *dir);

#endif
