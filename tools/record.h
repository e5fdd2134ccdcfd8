/* SPDX-License-Identifier: MIT */
/*
 * What is kept of an experiment (check, blame, trials): a numbered directory in
 * the store, beside those of its runs, with experiment.json. "format" and "kind"
 * are the same in all; the rest is the verb's that made it.
 */
#ifndef SAMEBITS_RECORD_H
#define SAMEBITS_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#define RECORD_FORMAT 1

/* A new experiment of this kind ("check", "blame", "trials"); dir becomes its
 * absolute path. Its manifest.json says when it began and what it runs. 0 or
 * -errno. */
int record_new(const char *store, const char *kind, char **argv, char *dir,
	       size_t size);
/* Writes experiment.json, as often as there is news; `content` stays the
 * caller's and gets "format" and "kind". It holds all that was appended. 0 or
 * -errno. */
int record_write(const char *dir, const char *kind, json_t *content);
/* Completes its manifest.json with the end and the verb's exit status. */
int record_end(const char *dir, int status);
/* Adds an entry to its list "trials", where many are: to a file of their own
 * beside, a line each. What has returned survives whatever ends us; a full disk
 * leaves what was there. 0 or -errno. */
int record_append(const char *dir, const json_t *entry);
/*
 * The same where many append at a time, also on other machines: each entry is a
 * file of its own, trials/000123.json by the number of the run. Nothing that is
 * shared is written, nor is anything locked.
 */
int record_put(const char *dir, size_t run, const json_t *entry);
json_t *record_taken(const char *dir, size_t run); /* NULL: it is not there */
void record_drop(const char *dir, size_t run);
/* Calls each(run, arg) for those that are there. */
void record_puts(const char *dir, void (*each)(size_t run, void *arg),
		 void *arg);
/* Their directory is removed, after record_write() has written all of them. */
void record_folded(const char *dir);
/* With what was appended, each trial once: the later entry of two. NULL: there
 * is none in this directory, or it is damaged. */
json_t *record_read(const char *dir);
bool record_is(const char *dir);
/* The newest experiment in a store, of this kind (NULL: any). 0 or -ENOENT. */
int record_newest(const char *store, const char *kind, char *dir, size_t size);

#endif
