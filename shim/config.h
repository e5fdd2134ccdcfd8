/* SPDX-License-Identifier: MIT */
/* Settings of this run, read once from the variable SAMEBITS. */
#ifndef SAMEBITS_CONFIG_H
#define SAMEBITS_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "order.h"

/* A recording: none, made, or given back. */
enum taping { TAPE_OFF, TAPE_RECORD, TAPE_REPLAY };

struct config {
	char dir[512];	   /* the run directory, absolute */
	char store[512];   /* standalone: make a run directory in here */
	char lib[512];	   /* our own path, for LD_PRELOAD of children */
	char force[256];   /* names, '+' between */
	char observe[256];
	char deny[512];	   /* rules, ',' between */
	char suppress[512]; /* standalone: a file of suppressions */
	char from[512];	    /* the run whose recording is given back */
	enum taping tape;
	bool tape_stop;	     /* a replay that leaves the recording ends */
	uint64_t tape_kinds; /* bits by enum sb_tape_kind: what is given back;
			      * 0: all of it */
	uint64_t network;    /* bytes of other hosts that a process keeps, and
			      * gives back without them; 0: none */
	uint64_t origin;     /* CLOCK_MONOTONIC ns when the recording began */
	bool audit;
	bool seeded;	   /* --seed was given */
	bool seeds_force;  /* explicit seeds are mixed with `seed` */
	bool reseed;	   /* --reseed: those in Python's libraries, too */
	bool time_real;
	bool trace_wanted; /* --trace=full */
	bool trace_full;   /* still: no limit was reached */
	bool crypto_force;
	enum order order;
	uint64_t shuffle; /* the key of ORDER_SHUFFLE */
	bool pids_namespace; /* process ids repeat by themselves */
	bool pids_virtual;   /* they are ours to give; neither: real ones */
	bool pids_said;
	uint32_t threads;    /* that libraries shall use; 0: as natively */
	bool framework_off;  /* leave PyTorch and its like alone */
	/* Standalone, as the launcher serves them: */
	bool portable;	      /* numeric kernels of a common CPU level */
	bool environment_force; /* variables that the user has set, too */
	bool mpi_ordered;    /* reductions over ranks, by rank */
	bool openmp_ordered; /* members of regions run in a fixed order */
	bool turns;	     /* --schedule=turns */
	bool turns_seeded;   /* --schedule-seed was given */
	uint64_t turns_seed;
	bool sleep_skip;     /* sleeps take no real time */
	uint64_t external_wait; /* ms that the outside world has, with the turn */
	uint64_t patience;   /* s of processor time, with the turn */
	bool deadlock_exit;
	unsigned traps;	     /* --trap: TRAP_… (trap.h) */
	bool blas_same;	     /* --blas=same */
	bool digest_blas;    /* of what BLAS calls read and write */
	uint64_t seed;
	uint64_t limit;	   /* bytes of log, a process */
	uint64_t start;	   /* seconds since 1970 of the logical clock */
	/* What a parent hands to its child: */
	uint32_t slot;
	uint32_t exec;
	uint32_t generation; /* execs after which streams had been drawn */
	uint32_t children;   /* made by this process before its execs */
	uint64_t clock;	     /* logical ns since the start */
	char path[256];	     /* lineage */
	char rank[16];	     /* the rank that it begins with or lies in; "": none */
	/* What it was read from, for the next exec: the part up to `slot=`. */
	char base[2048];
	char odd[64]; /* a setting that was not understood */
};

extern struct config config;

/* How many threads the teams of numeric libraries get; 0: as natively. Their
 * members meet by memory and futexes that are not seen: in turns, one. */
static inline uint32_t config_team(void)
{
	return config.turns && !config.audit ? 1 : config.threads;
}

/* The same of OpenMP's, which are ours to schedule where they are ordered. */
static inline uint32_t config_openmp(void)
{
	return config.openmp_ordered ? config.threads : config_team();
}

/* Reads one "key=value,…" text; unknown keys are left to newer versions. */
void config_parse(const char *text);

/* Writes the SAMEBITS=… entry for a child into out; returns its length. */
struct child {
	uint32_t slot, exec, generation, children;
	uint64_t clock;
	const char *path;
};
int config_child(char *out, int size, const struct child *child);

#endif
