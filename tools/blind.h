/* SPDX-License-Identifier: MIT */
/*
 * The blind spots of a run: what was in it and could not be seen or controlled.
 * Each has a kind (a word) and a sentence.
 */
#ifndef SAMEBITS_BLIND_H
#define SAMEBITS_BLIND_H

#include <stddef.h>

#include "reader.h"

struct blind {
	char *kind;
	char *text;
};

struct blinds {
	struct blind *blind; /* no two are equal */
	size_t n;
	unsigned unseen; /* objects that there was no time to look into */
};

/* 0 or -ENOMEM; blinds_free() is due in either case. `patience`: seconds for
 * looking into objects that are not known yet. */
int blinds_find(struct blinds *blinds, const struct rundir *run,
		double patience);
/* One more, unless it is there; 0 or -ENOMEM. */
int blinds_add(struct blinds *blinds, const char *kind, const char *text);
void blinds_free(struct blinds *blinds);

#endif
