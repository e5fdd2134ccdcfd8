/* SPDX-License-Identifier: MIT */
/* The store: a directory of runs, numbered. */
#ifndef SAMEBITS_STORE_H
#define SAMEBITS_STORE_H

#include <dirent.h>
#include <stddef.h>

#define STORE_DEFAULT ".samebits"
#define STORE_EXPERIMENT "experiment.json" /* what tells it from a run */

/* Makes the store where it is missing; absolute: PATH_MAX bytes. 0 or -errno. */
int store_make(const char *store, char *absolute);
/* Makes the store where it is missing and a new run in it; dir becomes its
 * absolute path. 0 or -errno. */
int store_new(const char *store, char *dir, size_t size);
/* The same for an experiment (record.h): it has a number as a run has, but is
 * never the newest run. */
int store_new_experiment(const char *store, char *dir, size_t size);
/* From now on, numbers of this process's new runs are looked for from `n` up, and
 * `latest` stays as it is: many that begin at the same time on a shared file
 * system would stand in each other's way. store_point() is due, by anybody. */
void store_number_from(unsigned n);
/* Makes `latest` the newest run that is there. */
void store_point(const char *store);
/* A run by number (zeros in front or not) or path; NULL: the newest. */
int store_find(const char *store, const char *name, char *dir, size_t size);
/* The runs, oldest first: their number or -errno; store_list_free() is due. */
int store_list(const char *store, struct dirent ***run);
void store_list_free(struct dirent **run, int n);
/* Removes a run and makes `latest` point to the newest one left; dir is from
 * store_new() or store_find(). 0 or -errno. */
int store_remove(const char *dir);
/* A directory with all in it; 0 or -errno. */
int store_remove_tree(const char *dir);
/* Removing runs that came to be is done under the store's lock: a descriptor to
 * close afterwards, or -errno. Waits for whoever has it. */
int store_lock(const char *store);

#endif
