/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "config.h"
#include "event.h"
#include "rank.h"
#include "source.h"
#include "text.h"
#include "banned.h"

static const struct {
	const char *rank, *size, *needs;
} kinds[] = { SB_RANKS };

static bool is_number(const char *text)
{
	return text && *text && strlen(text) <= 7 &&
	       strspn(text, "0123456789") == strlen(text);
}

static const char *find(char *const envp[])
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const char *rank = samebits_variable(envp, kinds[i].rank);
		const char *size = samebits_variable(envp, kinds[i].size);

		if (is_number(rank) && is_number(size) &&
		    (!kinds[i].needs ||
		     samebits_variable(envp, kinds[i].needs)))
			return rank;
	}
	return NULL;
}

/* What MPI_Comm_spawn() starts is a job of its own, with ranks from 0 on. Open
 * MPI numbers them in the lower half of a name. */
static unsigned spawned(char *const envp[])
{
	const char *job = samebits_variable(envp, "PMIX_NAMESPACE");
	uint32_t n = 0;

	if (!job || !*job || strspn(job, "0123456789") != strlen(job))
		return 0;
	while (*job)
		n = n * 10 + (uint32_t)(*job++ - '0');
	n &= 0xffff;
	return n > 1 ? n : 0;
}

/* The last part of the name says in which order it was started. */
static void name(const char *rank, unsigned job)
{
	char *slash = strrchr(config.path, '/');
	struct text t;

	if (!slash) {
		t = text_start(config.path, sizeof(config.path));
		text_add(&t, rank);
		return;
	}
	t = text_start(slash, (int)(config.path + sizeof(config.path) - slash));
	text_add(&t, "/R");
	text_add(&t, rank);
	if (job) {
		text_add(&t, ".");
		text_number(&t, job, 10, 1);
	}
}

void rank_start(char *const envp[])
{
	const char *rank = config.rank[0] ? NULL : find(envp);
	struct text t, base;

	if (!rank)
		return;
	name(rank, spawned(envp));
	t = text_start(config.rank, sizeof(config.rank));
	text_add(&t, rank);
	base = text_start(config.base + strlen(config.base),
			  (int)(sizeof(config.base) - strlen(config.base)));
	text_add(&base, "rank=");
	text_add(&base, rank);
	text_add(&base, ",");
}
