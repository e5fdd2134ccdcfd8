/* SPDX-License-Identifier: MIT */
/*
 * Experiments: several runs of one program, each from the same files, apart
 * from each other, with what they write to stdout and stderr captured. Under
 * check, blame and trials.
 */
#ifndef SAMEBITS_TRIAL_H
#define SAMEBITS_TRIAL_H

#include <sched.h>
#include <stdbool.h>

/* How one run is made. */
struct trial {
	bool native;		    /* by `audit` instead of `run` */
	const char *const *options; /* for that verb; NULL-terminated */
	char **argv;		    /* the program's */
	/* "NAME=value", or "NAME" to unset it; NULL-terminated. */
	const char *const *environment;
	double timeout; /* seconds; 0: none */
	/* What surrounds it; zeros: as it is. */
	const char *directory; /* the working directory's other name */
	const char *host;
	int umask;
	const cpu_set_t *processors;
	unsigned load; /* busy processes beside it, for each processor */
};

enum outcome_how { ENDED, TIMED_OUT, INTERRUPTED, NOT_RUN };

/* What it came to. */
struct outcome {
	char *dir;	/* of the run; NULL: it did not come to that */
	int status;	/* the program's, as a shell shows it */
	double seconds; /* that it took */
	enum outcome_how how;
	char *trouble;	 /* NOT_RUN: what was said */
	unsigned number; /* of the trial, from 0 */
};

struct experiment;

/* 0; or -errno, and *trouble is a sentence with the cure, the caller's to free.
 * experiment_end() is due where it is 0. */
int experiment_new(struct experiment **x, const char *store, bool in_place,
		   char **trouble);
/* The same where runs work in the directory itself, several at a time too, and
 * leave their files in it; no terminal is put in the place of ours. `base` is made
 * for what the experiment needs, and removed at its end. */
int experiment_new_in_place(struct experiment **x, const char *store,
			    const char *base);
/* Starts a trial; o is filled by experiment_wait(). 0 or -errno. */
int experiment_start(struct experiment *x, const struct trial *t,
		     struct outcome *o);
/* Waits until one of those started has ended: which; NULL: none is going on.
 * Calls tick(arg) now and then. */
struct outcome *experiment_wait(struct experiment *x, void (*tick)(void *arg),
				void *arg);
/* The signal that asked for the end, if one did: start nothing then. */
int experiment_signal(const struct experiment *x);
/* Where what a run left under this path is now; the caller's to free. NULL: it
 * was not kept. */
char *experiment_path(const struct experiment *x, const struct outcome *o,
		      const char *path);
/* May several go on at a time? Where the files are put back after each, not. */
bool experiment_apart(const struct experiment *x);
/* keep: what this run changed is put in place; NULL: nothing is. 0 or -errno.
 * A signal that asked for the end takes its course then. */
int experiment_end(struct experiment *x, const struct outcome *keep);
void outcome_free(struct outcome *o);

#endif
