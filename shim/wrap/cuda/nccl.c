/* SPDX-License-Identifier: MIT */
/*
 * NCCL: whoever joins a communicator. What then is exchanged is only seen
 * (calls.def); the order of its sums is the environment's to fix.
 */
#include "call.h"
#include "cuda.h"
#include "gpu.h"
#include "banned.h"

#define ROW(fn)                                                                \
	SOURCE(fn, .group = "nccl", .policy = SB_OBSERVE, .optional = 1,       \
	       .doc = "joins a communicator")

ROW(ncclCommInitRank);
ROW(ncclCommInitRankConfig);
ROW(ncclCommInitRankScalable);
ROW(ncclCommInitAll);

#define SYSTEM_ERROR 2

static void seen(void *init)
{
	__typeof__(ncclGetVersion) *get = scope_find("ncclGetVersion", init);
	int version = 0;

	if (get)
		get(&version);
	gpu_seen("nccl", init, (uint64_t)version);
}

/* Its value: how many take part, and as which. */
#define JOIN(fn, rank_, ranks_, ...)                                           \
	struct call c;                                                         \
	__typeof__(real_##fn) real;                                            \
	ncclResult_t result;                                                   \
                                                                               \
	CALL(&c, fn);                                                          \
	real = REAL_HERE(fn);                                                  \
	result = real ? real(__VA_ARGS__) : SYSTEM_ERROR;                      \
	seen((void *)real);                                                    \
	call_end(&c, (uint64_t)(uint32_t)(ranks_) << 32 |                      \
			     (uint32_t)(rank_), 0);                            \
	return result

EXPORT ncclResult_t ncclCommInitRank(ncclComm_t *comm, int ranks,
				     ncclUniqueId id, int rank)
{
	JOIN(ncclCommInitRank, rank, ranks, comm, ranks, id, rank);
}

EXPORT ncclResult_t ncclCommInitRankConfig(ncclComm_t *comm, int ranks,
					   ncclUniqueId id, int rank,
					   ncclConfig_t *settings)
{
	JOIN(ncclCommInitRankConfig, rank, ranks, comm, ranks, id, rank,
	     settings);
}

EXPORT ncclResult_t ncclCommInitRankScalable(ncclComm_t *comm, int ranks,
					     int rank, int n,
					     ncclUniqueId *ids,
					     ncclConfig_t *settings)
{
	JOIN(ncclCommInitRankScalable, rank, ranks, comm, ranks, rank, n, ids,
	     settings);
}

EXPORT ncclResult_t ncclCommInitAll(ncclComm_t *comm, int devices,
				    const int *list)
{
	JOIN(ncclCommInitAll, 0, devices, comm, devices, list);
}
