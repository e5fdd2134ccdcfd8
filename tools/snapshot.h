/* SPDX-License-Identifier: MIT */
/*
 * The files that the runs of an experiment begin with: those of the working
 * directory. Each run gets them as they were, and what it changes is kept apart
 * until one run's changes are put in place.
 */
#ifndef SAMEBITS_SNAPSHOT_H
#define SAMEBITS_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>

enum snapshot_kind {
	SNAPSHOT_OVERLAY, /* changes go to a layer above (overlayfs) */
	SNAPSHOT_COPY,	  /* after each run, files are put back from a copy */
	SNAPSHOT_NONE,	  /* each run finds what the one before left */
};

struct snapshot {
	enum snapshot_kind kind;
	char *cwd;   /* without links */
	char *store; /* stays what it is, for all runs */
	char *base;  /* a directory for what belongs to the experiment */
};

/* in_place: SNAPSHOT_NONE is wanted. 0; or -errno, and *trouble is a sentence
 * with the cure (the caller's to free). snapshot_end() is due where it is 0. */
int snapshot_new(struct snapshot *s, const char *store, bool in_place,
		 char **trouble);
/* SNAPSHOT_NONE, with what belongs to the experiment in `base`, which is made.
 * 0 or -errno. */
int snapshot_in_place(struct snapshot *s, const char *store, const char *base);
/* Removes run k's part of `base`. */
void snapshot_drop(const struct snapshot *s, unsigned k);
/* Before run `k`, in the process that will start it and in mount namespaces of
 * its own: shows it its files. 0 or -errno. */
int snapshot_enter(const struct snapshot *s, unsigned k);
/* After the run has ended; 0 or -errno. */
int snapshot_leave(const struct snapshot *s, unsigned k);
/* Puts in place what run `k` changed. 0; or -errno of the first file that could
 * not be put there: the rest is. */
int snapshot_keep(const struct snapshot *s, unsigned k);
/* A file of the experiment's for this run: "base/k/name", the caller's to free;
 * makes the directory. NULL: no memory. */
char *snapshot_file(const struct snapshot *s, unsigned k, const char *name);
/* Where what run `k` left under this path is now; the caller's to free. NULL:
 * nowhere. */
char *snapshot_path(const struct snapshot *s, unsigned k, const char *path);
void snapshot_end(struct snapshot *s);

/* An experiment that was ended in the middle (kill -9) may have left the
 * directory as a run changed it: puts back what a copy holds. 0 or -errno. */
int snapshot_recover(const char *store, bool *recovered);

#endif
