/* SPDX-License-Identifier: MIT */
/* The options of `run` and `audit`, which other verbs hand on to them. */
#ifndef SAMEBITS_RUNOPTS_H
#define SAMEBITS_RUNOPTS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "opts.h"
#include "rules.h"

/* As the command line has them; NULL: not given. */
extern struct wanted {
	const char *seed, *seeds, *reseed, *time, *trace, *limit, *store, *force,
		*observe, *crypto, *order, *pids, *tmp, *partial, *quiet, *deny,
		*suppress, *threads, *env, *framework, *digest, *portable,
		*addresses, *mpi, *output, *no_output, *input, *no_input,
		*schedule, *schedule_seed, *sleep, *external_wait, *patience,
		*deadlock, *openmp, *blas, *trap, *record, *replay, *record_network;
	bool own_seeds; /* the verb gives each run one */
} wanted;
/* What --suppress named, once wanted_valid() has read it. */
extern struct suppressions suppressions;

/* The rows of CONTROL_OPTIONS: what decides on the values that a run hands out. */
extern const struct opt wanted_control[];

/* False: something is wrong with them, and it was said. */
bool wanted_valid(void);
bool wanted_turns(void); /* --schedule=turns */
/* --external-wait in ms; the default where it is not given. */
uint64_t wanted_external_wait(void);
/* {name: value} of wanted_control, as given. */
json_t *wanted_json(void);
/* The K of --order shuffle:K; NULL: another order. */
const char *wanted_shuffle(void);

/* Rows for tables, each with its comma. */
#define FILE_OPTIONS                                                           \
	{ "output", OPT_MANY, "GLOB", "files that are results, too",           \
	  &wanted.output },                                                    \
	{ "no-output", OPT_MANY, "GLOB", "files that are none",                \
	  &wanted.no_output },                                                 \
	{ "input", OPT_MANY, "GLOB", "files that are data, too",               \
	  &wanted.input },                                                     \
	{ "no-input", OPT_MANY, "GLOB", "files that are none",                 \
	  &wanted.no_input },

/* What a verb that makes several runs decides on itself. */
#define STORE_OPTIONS                                                          \
	{ "trace", 0, "sites|full",                                            \
	  "counters per caller (default), or every event", &wanted.trace },    \
	{ "store", 0, "DIR", "where runs are kept (default .samebits)",        \
	  &wanted.store },                                                     \
	{ "quiet", 'q', NULL, "no notes on stderr, only errors",               \
	  &wanted.quiet },

/* Of run and audit: both meet the same calls. */
#define LOG_OPTIONS                                                            \
	{ "trap", 0, "WHAT,...",                                               \
	  "past libc, too: tsc, syscall, vdso, rdrand, all", &wanted.trap },   \
	{ "deny", 0, "RULE,...",                                               \
	  "end the run at a call: NAME[@CALLER][@@ON_STACK]", &wanted.deny },  \
	{ "suppress", 0, "FILE",                                               \
	  "denied calls that may pass: a RULE # reason a line",                \
	  &wanted.suppress },                                                  \
	{ "digest", 0, "blas", "of what each BLAS call reads and writes",      \
	  &wanted.digest },                                                    \
	{ "trace-limit", 0, "BYTES",                                           \
	  "of log, a process (default 256M), then counters", &wanted.limit },  \
	{ "partial", 0, NULL,                                                  \
	  "go on without the shim where it cannot be loaded",                  \
	  &wanted.partial },

/* Where randomness begins. */
#define SEED_OPTIONS                                                           \
	{ "seed", 0, "N", "master seed; explicit seeds are mixed with it",     \
	  &wanted.seed },                                                      \
	{ "seeds", 0, "honour|force",                                          \
	  "explicit seeds: honoured, or mixed with --seed", &wanted.seeds },   \
	{ "replay", 0, "RUN[:WHAT,...]",                                       \
	  "what a recorded run was given; of that, this alone",                \
	  &wanted.replay },

/* What is controlled, and how. */
#define CONTROL_OPTIONS SEED_OPTIONS FURTHER_OPTIONS
#define FURTHER_OPTIONS                                                        \
	{ "reseed", 0, NULL,                                                   \
	  "mix seeds of Python's libraries with --seed, too",                  \
	  &wanted.reseed },                                                    \
	{ "time", 0, "logical|real",                                           \
	  "a clock that repeats (default), or the real one", &wanted.time },   \
	{ "pids", 0, "MODE", "process ids: namespace, virtual or real",        \
	  &wanted.pids },                                                      \
	{ "addresses", 0, "fixed|random",                                      \
	  "fixed (default), or as the system makes them",                      \
	  &wanted.addresses },                                                 \
	{ "force", 0, "NAME,...", "deterministic values for a source or group",\
	  &wanted.force },                                                     \
	{ "observe", 0, "NAME,...", "real values, logged", &wanted.observe },  \
	{ "order", 0, "ORDER",                                                 \
	  "of file names: sorted, disk, reverse, shuffle:K", &wanted.order },  \
	{ "threads", 0, "N|native",                                            \
	  "threads that libraries use (default native)", &wanted.threads },    \
	{ "env", 0, "keep|force", "variables that the user has set already",   \
	  &wanted.env },                                                       \
	{ "portable", 0, NULL, "numeric kernels of a common CPU level",        \
	  &wanted.portable },                                                  \
	{ "framework", 0, "on|off",                                            \
	  "deterministic modes of PyTorch, TensorFlow and JAX",                \
	  &wanted.framework },                                                 \
	{ "mpi", 0, "ordered|native",                                          \
	  "MPI's sums: by rank, or native (default)",                          \
	  &wanted.mpi },                                                       \
	{ "openmp", 0, "ordered|native",                                       \
	  "OpenMP: threads in order, or native (default)",                      \
	  &wanted.openmp },                                                    \
	{ "blas", 0, "same|native",                                            \
	  "BLAS whose bits never vary, or native (default)",                   \
	  &wanted.blas },                                                      \
	{ "schedule", 0, "turns|native",                                       \
	  "one thread at a time, in an order that repeats",                    \
	  &wanted.schedule },                                                  \
	{ "schedule-seed", 0, "K", "another order of turns, for each K",       \
	  &wanted.schedule_seed },                                             \
	{ "sleep", 0, "real|skip", "sleeps take their time (default), or none",\
	  &wanted.sleep },                                                     \
	{ "external-wait", 0, "S",                                             \
	  "s that a call outside keeps the turn (default 1)",                  \
	  &wanted.external_wait },                                             \
	{ "patience", 0, "S",                                                  \
	  "s that a busy loop keeps the turn (default 10)",                    \
	  &wanted.patience },                                                  \
	{ "deadlock", 0, "report|exit",                                        \
	  "in turns: reported (default), or ends the run",                     \
	  &wanted.deadlock },                                                  \
	{ "crypto", 0, "force",                                                \
	  "UNSAFE: predictable values for cryptography too", &wanted.crypto }, \
	{ "private-tmp", 0, NULL, "an empty /tmp and /dev/shm of the run's own", \
	  &wanted.tmp },

#define OPTIONS_END                                                            \
	{                                                                      \
		NULL, 0, NULL, NULL, NULL                                      \
	}
#define AUDIT_OPTIONS LOG_OPTIONS FILE_OPTIONS STORE_OPTIONS
#define RUN_OPTIONS CONTROL_OPTIONS AUDIT_OPTIONS

#endif
