/* SPDX-License-Identifier: MIT */
/*
 * A source of nondeterminism is described once: by a row beside its hook.
 *
 *	SOURCE(getrandom, .group = "entropy", .policy = SB_FORCE,
 *	       .doc = "kernel entropy");
 *
 * defines `src_getrandom` (the row) and `real_getrandom` (the next definition,
 * typed by the system header). The rows lie in a linker section; nothing else
 * lists them. `samebits` reads them from the object that it preloads, through
 * samebits_sources().
 */
#ifndef SAMEBITS_SOURCE_H
#define SAMEBITS_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"

struct source {
	const char *name;
	const char *group;
	const char *doc;
	const char *symbol;  /* where it is not `name` (C++ names) */
	const char *version; /* symbol version to bind, NULL: the default */
	void **real;	     /* NULL: a source without an entry point */
	void *hook;	     /* our function of that name */
	uint8_t policy;	     /* enum sb_policy: its default under `run` */
	uint8_t optional;    /* 1: lives in a library that may be absent */
	uint8_t seeding;     /* 1: an explicit seeding call */
	uint8_t keys;	     /* 1: makes keys; only --crypto=force forces */
	uint8_t timed;	     /* 1: its value is a time, as a clock's is */
	uint8_t names;	     /* 1: hands out the names in a directory */
	uint8_t counts;	     /* 1: its value tells how many processors there
			      * are, or sets how many to use; forced where
			      * --threads says a number */
	uint8_t orders;	     /* 1: reduces over ranks; forced by --mpi
			      * ordered */
	uint8_t lines;	     /* 1: asks for Python's lines whoever calls; of
			      * `seeding` only where the lock is held */
	uint8_t inner;	     /* 1: no source but a part of one: never listed,
			      * makes no events; without a hook, only to be
			      * called by others */
	uint8_t written;     /* 1: no source but what comes out of the program:
			      * makes events, is in no list and no rule */
	uint8_t unlocked;    /* 1: CPython gives its lock away around it, and
			      * takes it again; so may we, to ask for lines */
	uint8_t bound;	     /* 1: its hook serves the definition that a lookup
			      * found (bound.h) */
	/* Set at start-up: */
	uint8_t now;	/* enum sb_policy of this run */
	uint8_t denied; /* 1: some rule may deny a call of it */
	uint16_t index; /* in the log's table of names */
	uint8_t served; /* --blas=same: a number of serve.c's; 0: not there */
	uint8_t exact;	/* 1: which calls, depends on the whole stack */
	uint8_t untaped; /* 1: no recording has anything of it */
};

#define SOURCE_ROW(id, ...)                                                    \
	static struct source src_##id                                          \
		__attribute__((section("sb_source"), used, aligned(8))) = {    \
			.name = #id, __VA_ARGS__ }

#define SOURCE(id, ...)                                                        \
	static __typeof__(id) *real_##id;                                      \
	SOURCE_ROW(id, .real = (void **)&real_##id, .hook = (void *)id,        \
		   __VA_ARGS__)

/*
 * A hook that is no source by itself: where it leads to one depends on what it
 * is given, as open() on a name. HOOK(open) defines `real_open`; lookups by
 * dlsym() find the hook, as they find those of rows.
 */
struct hook {
	const char *name;
	void **real;
	void *hook;
};

#define HOOK(id)                                                               \
	static __typeof__(id) *real_##id;                                      \
	static struct hook hook_##id                                           \
		__attribute__((section("sb_hook"), used, aligned(8))) = {      \
			#id, (void **)&real_##id, (void *)id }

/*
 * Calls visit(row, arg) for every row, sorted by group, then name. Exported by
 * libsamebits.so; safe in a process where the shim is passive.
 */
typedef void source_visit(const struct source *row, void *arg);
void samebits_sources(source_visit *visit, void *arg);

/*
 * A variable of the environment that is set before a program starts. value: "N"
 * stands for the count of --threads, "SEED" for the master seed. join: the
 * value is a setting that is appended to the user's, after this character.
 */
struct variable {
	const char *name, *value;
	uint8_t when;
	char join;
	uint8_t least; /* VARIABLE_SPIN: what there is where others wait */
	uint8_t team;  /* the size of teams, which is 1 in turns: TEAM_… */
};
enum {
	VARIABLE_HASH,	    /* always */
	VARIABLE_ORDER,	    /* always */
	VARIABLE_FRAMEWORK, /* but for --framework off */
	VARIABLE_THREADS,   /* --threads N */
	VARIABLE_SPIN,	    /* --threads N; may be another on this machine */
	VARIABLE_TURNS,	    /* --schedule=turns */
	VARIABLE_PORTABLE,  /* --portable */
	VARIABLE_WIDER,	    /* --portable, on a processor that has more */
};

enum {
	TEAM_HIDDEN = 1, /* whose members meet where nobody sees it */
	TEAM_OPENMP,	 /* or we are who they meet: --openmp=ordered */
};

struct wish {
	uint32_t seed, threads; /* threads 0: native */
	uint32_t processors; /* that this process may use */
	bool framework, portable;
	bool native; /* whatever is random stays so: it is recorded */
	bool turns, ordered; /* --schedule=turns, --openmp=ordered */
	bool force; /* what the user has set, too */
};

/* What becomes of one variable. The texts last for the call. */
struct assignment {
	const struct variable *row;
	const char *value; /* ours */
	const char *was;   /* the user's; NULL: unset */
	bool kept;	   /* the user's stays */
};
typedef void assignment_visit(const struct assignment *a, void *arg);
/* Calls visit for each variable that `w` wants in an environment like envp. In
 * environment.c, which the launcher is linked with, too. */
void samebits_environment(char *const envp[], const struct wish *w,
			  assignment_visit *visit, void *arg);
/* The table, by when they are set; its rows. */
const struct variable *samebits_variables(size_t *n);
/* As getenv(3): the first of several; NULL: none. */
const char *samebits_variable(char *const envp[], const char *name);
/* Has this processor what --portable pins numeric kernels to? */
bool samebits_portable(void);

/*
 * Likewise, how it reads rules about calls. NULL: `text` is one; else what is
 * wrong with it, and *at becomes the offset of the fault. That its source
 * exists is not asked.
 */
const char *samebits_rule_fault(const char *text, size_t len, size_t *at);
/* The same for a line of a file of suppressions, "RULE # reason". In a good one
 * *at becomes the rule's offset and *rule its length, 0: it has none. */
const char *samebits_suppression_fault(const char *line, size_t len,
				       size_t *rule, size_t *at);

#endif
