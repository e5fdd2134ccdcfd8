/* SPDX-License-Identifier: MIT */
/*
 * The files of a run: what it read (inputs) and what it left (outputs), with
 * digests. Found from the records of its logs, kept in its files.json.
 */
#ifndef SAMEBITS_FILES_H
#define SAMEBITS_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "digest.h"
#include "globs.h"
#include "reader.h"

enum file_state {
	FILE_WHOLE,
	FILE_CHANGED, /* while the run, or its digest, was made */
	FILE_GONE,
	FILE_UNREADABLE, /* `why` */
	FILE_SPECIAL,	 /* `why`: "fifo", "socket", "device", "directory" */
};

struct file_entry {
	char *path;	      /* absolute; any bytes */
	struct digest digest; /* of WHOLE; else zeros */
	enum file_state state;
	char *why;		      /* NULL but for UNREADABLE and SPECIAL */
	const struct sb_file *record; /* where the run is open; may be NULL */
};

/* By path; each once. */
struct files {
	struct file_entry *input, *output;
	size_t inputs, outputs;
	json_t *objects; /* {path: version}, of what was loaded; NULL: not
			  * known */
};

/* What counts, besides what the records say. */
struct file_rules {
	struct globs output, no_output, input, no_input;
	const char *cwd; /* where the run began; globs may be relative to it */
	const char *store; /* left out, with all in it */
};

/* Without digests: those are made by files_digest(). 0 or -ENOMEM; files_free()
 * is due in either case. */
int files_find(struct files *files, const struct rundir *run,
	       const struct file_rules *rules);
/* What the names of loaded objects say of their versions: "0.3.21" where
 * libopenblas.so.0 leads to libopenblasp-r0.3.21.so. */
int files_versions(struct files *files, const struct rundir *run);
/* With as many threads as there are processors. What was not reached when
 * `stop` became true is UNREADABLE. */
void files_digest(struct files *files, struct digests *known,
		  const volatile bool *stop);
/* Is it the system's or an installed package's, and not the user's? */
bool file_of_system(const char *path);

/* files.json of a run; 0, -ENOENT, -EBADMSG or another -errno. */
int files_read(struct files *files, const char *dir);
int files_write(const struct files *files, const char *dir);
/* Its content: {"inputs": [...], "outputs": [...]}. */
json_t *files_json(const struct files *files);
int files_parse(struct files *files, const json_t *root);
void files_free(struct files *files);
/* "whole", "changed", …, or why. */
const char *file_state_text(const struct file_entry *entry);

#endif
