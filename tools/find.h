/* SPDX-License-Identifier: MIT */
/* A run by the name that the user gave. */
#ifndef SAMEBITS_FIND_H
#define SAMEBITS_FIND_H

#include <stdbool.h>
#include <stddef.h>

/* As store_find(), with NULL for the default store; 0, or STATUS_TROUBLE after
 * saying what is wrong. */
int find_run(const char *store, const char *name, char *dir, size_t size);

/* Is what was found the record of an experiment (record.h), and no run? Then it
 * says so. */
bool find_is_record(const char *name, const char *dir);

#endif
