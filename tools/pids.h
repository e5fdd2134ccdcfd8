/* SPDX-License-Identifier: MIT */
/* Where a run takes its process ids from: --pids. */
#ifndef SAMEBITS_PIDS_H
#define SAMEBITS_PIDS_H

#include <stdbool.h>

enum pids_mode { PIDS_REAL, PIDS_VIRTUAL, PIDS_NAMESPACE };

struct pids {
	enum pids_mode mode;
	const char *why; /* for the manifest */
	bool user;	 /* the namespace needs a user namespace */
};

/* A mode's name in options, settings and manifest. */
const char *pids_name(enum pids_mode mode);
bool pids_valid(const char *asked); /* says so if not; NULL is */
/* What this run shall try. asked: the option's value, or NULL. */
struct pids pids_choose(const char *asked, bool audit, const char *program);
/* The namespace was refused. False, and said: it had been asked for. */
bool pids_refused(struct pids *pids, const char *asked, const char *what,
		  int error);

#endif
