/* SPDX-License-Identifier: MIT */
/*
 * In what a run deviates from the one it is compared with, and in nothing else:
 * the rows of `check --perturb`, where what surrounds the program varies, and
 * of `blame`, where something is left to chance.
 */
#ifndef SAMEBITS_DEVIATION_H
#define SAMEBITS_DEVIATION_H

#include <stdbool.h>
#include <stddef.h>

#include "tally.h"
#include "trial.h"

struct deviation {
	const char *name;
	const char *how;	    /* for people */
	const char *option[5];	    /* more of `samebits run`'s */
	const char *environment[5]; /* "NAME=value"; "NAME": unset */
	/* What struct trial has for it. */
	const char *directory, *host;
	int umask; /* 0: as it is */
	bool one_processor;
	unsigned load;
	/* Groups of sources, and names; what of them was called is what this is
	 * about. NULL: it does not show in calls. */
	const char *sources;
	bool python;	  /* only Python knows of it */
	bool threads;	  /* it is the order in which threads run (orders.h) */
	unsigned padding; /* bytes of environment more, each run another number
			   */
	const char *counted; /* a variable that is another number each run */
};

/* What surrounds a program. NULL name: the end. */
extern const struct deviation perturbations[];
/* What `run` controls. */
extern const struct deviation factors[];
/* What a recording has of a run: all of it is seeded but for one. */
extern const struct deviation recorded[];

/* The trial with this deviation, or with several: arrays that it points to
 * live in `room`. */
struct deviated {
	struct trial trial;
	const char *option[128];
	const char *environment[64];
	char observe[1024], replay[5000];
	char padding[4200], counted[64];
	cpu_set_t processors;
};
/* `nth`: number of the run, from 0. */
void deviate(struct deviated *room, const struct trial *from,
	     const struct deviation *const *d, size_t n, unsigned nth);

/* Did the run call any of its sources? Adds up the calls. */
bool deviation_concerns(const struct deviation *d, const struct rundir *run,
			const struct tally *tally, unsigned long *calls);
/* Does the source belong to it? */
bool deviation_names(const struct deviation *d, const char *name,
		     const char *group);

#endif
