/* SPDX-License-Identifier: MIT */
/* The variables that the program's environment gets or keeps (the table is the
 * shim's: shim/source.h). */
#ifndef SAMEBITS_VARIABLES_H
#define SAMEBITS_VARIABLES_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "../shim/source.h"

struct variables {
	char **set; /* "NAME=value", in the place of the user's */
	size_t n;
	char **kept; /* the user's entries that differ from ours */
	size_t nkept;
};

/* 0 or -errno. What it makes stays. */
int variables_make(struct variables *v, const struct wish *w);
/* Does an entry of the user's give way to one of ours? */
bool variables_replace(const struct variables *v, const char *entry);
/* Names what is kept on stderr, in one line; nothing where there is none. */
void variables_say(const struct variables *v);
/* {"set": {NAME: value, ...}, "kept": {...}} */
json_t *variables_json(const struct variables *v);

#endif
