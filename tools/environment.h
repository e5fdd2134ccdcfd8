/* SPDX-License-Identifier: MIT */
/*
 * The environment of a run: environment.json in its directory. Parts that do
 * not hang on the program (machine, repository, GPUs) are collected beside it
 * while it runs; what it loaded and opened is looked at when it has ended.
 *
 * Keys: system, container, processor, memory, limits, variables, program,
 * objects, libraries, python, r, cuda, git, samebits (README.md). A part that there is
 * none of is null. No secret is in it (secrets.h).
 */
#ifndef SAMEBITS_ENVIRONMENT_H
#define SAMEBITS_ENVIRONMENT_H

#include <jansson.h>

#include "reader.h"
#include "variables.h"

#define ENVIRONMENT_FORMAT 1
#define ENVIRONMENT_FILE "environment.json"

/* Begins with what does not hang on the program, in threads of low priority.
 * Nothing is done where that is not possible. */
void environment_beside(void);
/* The same with what takes longer: for a program that has run for a while. */
void environment_thorough(void);
/* All of a run whose logs are complete, in some 50 ms; what would take longer
 * is said in the record. */
json_t *environment_of_run(const struct rundir *run,
			   const struct variables *changed);
/* Of this machine and directory, and of the Python that PATH leads to. */
json_t *environment_now(void);
/* 0 or -errno. */
int environment_write(const char *dir, const json_t *environment);
/* The record of a run in `dir`; -ENOENT, -EBADMSG, -EPROTO: of a newer
 * samebits. */
int environment_read(const char *dir, json_t **environment);
/* The same of a file. */
int environment_load(const char *path, json_t **environment);

/* ---- env_record.c ---- */

/*
 * All that is known of a run, from its manifest.json, files.json and
 * environment.json: the keys above, and run (program, arguments, directory,
 * seed, policies, threads, start, end, status, resources, log,
 * cost_of_control), inputs and outputs ({path: digest}). 0; as environment_read().
 */
int environment_record(const char *dir, json_t **record);

/* ---- env_cost.c ---- */

/* What the newest blame in the store of this run's directory has measured of the
 * same command: "blame", its number; "ratios", of each group that was left to
 * chance the time with control to the time without. null: nothing. */
json_t *environment_cost(const char *dir, const json_t *run);

#endif
