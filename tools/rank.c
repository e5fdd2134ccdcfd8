/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "../shim/event.h"
#include "rank.h"

#define NAMES 6

static const struct {
	const char *rank, *size, *needs;
} kinds[] = { SB_RANKS };

/*
 * In the same order: what names the job, together. Of Open MPI's the last one
 * is drawn at random for each job, as the first is made from a process number.
 */
static const struct {
	const char *name[NAMES];
	bool certain; /* they are no other job's */
} jobs[] = {
	{ { "TORCHELASTIC_RUN_ID", "MASTER_ADDR", "MASTER_PORT",
	    "TORCHELASTIC_RESTART_COUNT", "SLURM_JOB_ID", "SLURM_STEP_ID" },
	  false },
	{ { "PMIX_NAMESPACE", "OMPI_MCA_ess_base_jobid",
	    "OMPI_MCA_orte_hnp_uri", "OMPI_MCA_orte_precondition_transports" },
	  true },
	{ { "PMI_JOBID", "SLURM_JOB_ID", "SLURM_STEP_ID", "PBS_JOBID",
	    "LSB_JOBID" },
	  false },
	{ { "SLURM_CLUSTER_NAME", "SLURM_JOB_ID", "SLURM_STEP_ID",
	    "SLURM_RESTART_COUNT" },
	  true },
	{ { "MASTER_ADDR", "MASTER_PORT", "SLURM_JOB_ID", "SLURM_STEP_ID",
	    "PBS_JOBID", "LSB_JOBID" },
	  false },
};
_Static_assert(sizeof(jobs) / sizeof(*jobs) == sizeof(kinds) / sizeof(*kinds),
	       "each kind of rank names its job");

/* A whole number of the environment; false: none. */
static bool number(const char *name, uint32_t *n)
{
	const char *text = getenv(name);
	unsigned long value;
	char *end;

	if (!text || *text < '0' || *text > '9')
		return false;
	value = strtoul(text, &end, 10);
	if (*end || value > RANK_SIZE_MOST)
		return false;
	*n = (uint32_t)value;
	return true;
}

static uint64_t add(uint64_t hash, const char *name)
{
	const char *value = getenv(name);

	hash = XXH3_64bits_withSeed(name, strlen(name), hash);
	return value ? XXH3_64bits_withSeed(value, strlen(value), hash) : hash;
}

/* SAMEBITS_JOB is for launchers that do not name their jobs. */
static void name_job(struct rank *r, size_t kind)
{
	uint64_t hash = add(r->size, "SAMEBITS_JOB");

	for (size_t i = 0; i < NAMES && jobs[kind].name[i]; i++)
		hash = add(hash, jobs[kind].name[i]);
	r->certain = jobs[kind].certain || getenv("SAMEBITS_JOB");
	snprintf(r->job, sizeof(r->job), "%016llx", (unsigned long long)hash);
}

struct rank rank_find(void)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct rank r = { .by = kinds[i].rank };

		if ((kinds[i].needs && !getenv(kinds[i].needs)) ||
		    !number(kinds[i].rank, &r.rank) ||
		    !number(kinds[i].size, &r.size) || r.rank >= r.size)
			continue;
		if (r.size == 1)
			break;
		name_job(&r, i);
		return r;
	}
	return (struct rank){ .size = 0 };
}

static bool among(const char *program, const char *const names[], size_t n)
{
	const char *slash = strrchr(program, '/');
	const char *base = slash ? slash + 1 : program;

	for (size_t i = 0; i < n; i++)
		if (!strcmp(base, names[i]))
			return true;
	return false;
}

bool rank_starter(const char *program)
{
	static const char *const names[] = {
		"mpirun",	"mpiexec",	  "orterun",
		"prterun",	"mpirun.openmpi", "mpiexec.openmpi",
		"mpirun.mpich", "mpiexec.mpich",  "mpiexec.hydra",
		"mpirun.hydra", "torchrun",
	};

	return among(program, names, sizeof(names) / sizeof(*names)) ||
	       rank_starter_remote(program);
}

bool rank_starter_remote(const char *program)
{
	static const char *const names[] = { "srun", "aprun", "jsrun", "flux" };

	return among(program, names, sizeof(names) / sizeof(*names));
}
