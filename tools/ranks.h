/* SPDX-License-Identifier: MIT */
/* A run of several ranks, read: RUN/rank-0000, RUN/rank-0001, … (job.h). */
#ifndef SAMEBITS_RANKS_H
#define SAMEBITS_RANKS_H

#include <dirent.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "files.h"

#define RANKS_NAME "rank-"

/* Their directories' names, in order; how many, 0 in a run without ranks, or
 * -errno. ranks_list_free() is due. */
int ranks_list(const char *run, struct dirent ***rank);
void ranks_list_free(struct dirent **rank, int n);
/* The run's manifest, completed by what those of its ranks say: "ranks", "end",
 * "status", "blind_spots". */
void ranks_manifest(const char *run, struct dirent **rank, int n,
		    json_t *manifest);
/* The files of all ranks; each once, as the rank that ended last saw it. */
int ranks_files(struct files *files, const char *run, struct dirent **rank,
		int n);

#endif
