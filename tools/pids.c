/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../shim/event.h"
#include "pidns.h"
#include "pids.h"
#include "rank.h"
#include "say.h"

static const char *const names[] = { [PIDS_REAL] = "real",
				     [PIDS_VIRTUAL] = "virtual",
				     [PIDS_NAMESPACE] = "namespace" };

static const char *const parallel[] = { SB_PARALLEL };

static const char *parallel_variable(void)
{
	for (size_t i = 0; i < sizeof(parallel) / sizeof(*parallel); i++)
		if (getenv(parallel[i]))
			return parallel[i];
	/* As torch.distributed and others have it, each alone says little. */
	return getenv("RANK") && getenv("WORLD_SIZE") ? "WORLD_SIZE" : NULL;
}

const char *pids_name(enum pids_mode mode)
{
	return names[mode];
}

bool pids_valid(const char *asked)
{
	if (!asked)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(asked, names[i]))
			return true;
	fail("--pids %s: must be namespace, virtual or real", asked);
	return false;
}

struct pids pids_choose(const char *asked, bool audit, const char *program)
{
	static char text[80];
	const char *variable = parallel_variable();
	struct pids p = { .why = "asked for" };

	if (audit)
		return (struct pids){ PIDS_REAL, "audit changes nothing",
				      false };
	for (size_t i = 0; asked && i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(asked, names[i]))
			p.mode = (enum pids_mode)i;
	if (asked) {
		p.user = !pidns_privileged();
		return p;
	}
	if (variable) {
		snprintf(text, sizeof(text), "%s is set: processes of other "
			 "runs know this one by its number", variable);
		return (struct pids){ PIDS_REAL, text, false };
	}
	/* They name files in /tmp and /dev/shm, and jobs, by it: in a namespace
	 * two of them would be the same. */
	if (rank_starter(program)) {
		snprintf(text, sizeof(text), "%.40s tells jobs apart by them",
			 program);
		return (struct pids){ PIDS_REAL, text, false };
	}
	if (pidns_privileged())
		return (struct pids){ PIDS_NAMESPACE, "this user may", false };
	return (struct pids){ PIDS_VIRTUAL,
			      "a PID namespace needs CAP_SYS_ADMIN", false };
}

bool pids_refused(struct pids *pids, const char *asked, const char *what,
		  int error)
{
	static char text[160];

	if (asked) {
		fail("--pids namespace: %s was refused: %s; leave the option "
		     "away for virtual process ids", what, strerror(error));
		return false;
	}
	snprintf(text, sizeof(text), "%s was refused: %s", what,
		 strerror(error));
	*pids = (struct pids){ PIDS_VIRTUAL, text, false };
	return true;
}
