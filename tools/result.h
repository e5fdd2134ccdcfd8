/* SPDX-License-Identifier: MIT */
/*
 * What a run came to: exit status, what it wrote to stdout and stderr, the
 * files it left, the files it read. Two are compared by digests; only where
 * those differ, contents are looked at.
 */
#ifndef SAMEBITS_RESULT_H
#define SAMEBITS_RESULT_H

#include "contents.h"
#include "files.h"
#include "verdict.h"

struct result {
	char *program;	  /* its path, as it was run */
	char *cwd;	  /* outputs below it are compared by the rest */
	unsigned threads; /* --threads; else the processors there were */
	int status;	  /* as a shell shows it: 128 + N for signal N */
	struct file_entry out, err; /* of stdout and stderr; FILE_GONE: they
				     * were not captured */
	struct files files;
};

/* Of a run in a store; 0 or -errno. result_free() is due in either case. */
int result_of_run(struct result *r, const char *dir);
/* As result_write() wrote it: text for version control. -EBADMSG: it is no such
 * file. */
int result_read(struct result *r, const char *path);
int result_write(const struct result *r, const char *path);
void result_free(struct result *r);
/* Whether the runs gave the same, in one number: equal numbers, equal bits. */
uint64_t result_digest(const struct result *r);

/* The name under which an output of a run is compared. */
const char *result_name(const struct result *r, const char *path);

/*
 * Where the content of an output (a path as the run saw it) or of stdout and
 * stderr (entry->path) is now; the caller's to free, NULL: nowhere.
 */
typedef char *result_place(void *run, const struct file_entry *entry);

struct comparison {
	const struct result *a, *b;
	void *run_a, *run_b; /* for place() */
	result_place *place;
	const struct tolerance *tolerance; /* NULL: equal bits */
};

/* Adds what differs to the verdict, inputs first; what it `is` becomes worse or
 * stays as it was. 0 or -ENOMEM. */
int result_compare(struct verdict *v, const struct comparison *c);

#endif
