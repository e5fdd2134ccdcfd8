/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "rank.h"

#define NAMES 6

/*
 * Who starts ranks, the innermost first: torchrun runs under srun, srun's
 * variables are there under mpirun. `job`: together they name the job. Of
 * Open MPI's the last one is drawn at random for each job: the first is made
 * from a process number.
 */
static const struct kind {
	const char *rank, *size;
	const char *job[NAMES];
	bool certain; /* they are no other job's */
	const char *needs; /* what tells it from others with the same names */
} kinds[] = {
	{ "RANK", "WORLD_SIZE",
	  { "TORCHELASTIC_RUN_ID", "MASTER_ADDR", "MASTER_PORT",
	    "TORCHELASTIC_RESTART_COUNT", "SLURM_JOB_ID", "SLURM_STEP_ID" },
	  false, "TORCHELASTIC_RUN_ID" },
	{ "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE",
	  { "PMIX_NAMESPACE", "OMPI_MCA_ess_base_jobid",
	    "OMPI_MCA_orte_hnp_uri", "OMPI_MCA_orte_precondition_transports" },
	  true, NULL },
	{ "PMI_RANK", "PMI_SIZE",
	  { "PMI_JOBID", "SLURM_JOB_ID", "SLURM_STEP_ID",
	    "PBS_JOBID", "LSB_JOBID" }, false, NULL },
	{ "SLURM_PROCID", "SLURM_STEP_NUM_TASKS",
	  { "SLURM_CLUSTER_NAME", "SLURM_JOB_ID", "SLURM_STEP_ID",
	    "SLURM_RESTART_COUNT" }, true, "SLURM_STEP_ID" },
	{ "RANK", "WORLD_SIZE",
	  { "MASTER_ADDR", "MASTER_PORT", "SLURM_JOB_ID", "SLURM_STEP_ID",
	    "PBS_JOBID", "LSB_JOBID" }, false, "MASTER_PORT" },
};

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
static void name_job(struct rank *r, const struct kind *k)
{
	uint64_t hash = add(r->size, "SAMEBITS_JOB");

	for (size_t i = 0; i < NAMES && k->job[i]; i++)
		hash = add(hash, k->job[i]);
	r->certain = k->certain || getenv("SAMEBITS_JOB");
	snprintf(r->job, sizeof(r->job), "%016llx", (unsigned long long)hash);
}

struct rank rank_find(void)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const struct kind *k = &kinds[i];
		struct rank r = { .by = k->rank };

		if ((k->needs && !getenv(k->needs)) ||
		    !number(k->rank, &r.rank) || !number(k->size, &r.size) ||
		    r.rank >= r.size)
			continue;
		if (r.size == 1)
			break;
		name_job(&r, k);
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
		"mpirun",	 "mpiexec",	  "orterun",
		"prterun",	 "mpirun.openmpi", "mpiexec.openmpi",
		"mpirun.mpich",	 "mpiexec.mpich", "mpiexec.hydra",
		"mpirun.hydra",	 "torchrun",
	};

	return among(program, names, sizeof(names) / sizeof(*names)) ||
	       rank_starter_remote(program);
}

bool rank_starter_remote(const char *program)
{
	static const char *const names[] = { "srun", "aprun", "jsrun", "flux" };

	return among(program, names, sizeof(names) / sizeof(*names));
}
