/* SPDX-License-Identifier: MIT */
#include "fake.h"
#include "../../shim/cuda/nccl.def"

API ncclResult_t ncclGetVersion(int *version)
{
	*version = 22809;
	return 0;
}

API ncclResult_t ncclCommInitRank(ncclComm_t *comm, int ranks, ncclUniqueId id,
				  int rank)
{
	*comm = (ncclComm_t)7;
	say("ncclCommInitRank %d %d %.8s\n", ranks, rank, id.internal);
	return 0;
}

API ncclResult_t ncclCommInitRankConfig(ncclComm_t *comm, int ranks,
					ncclUniqueId id, int rank,
					ncclConfig_t *config)
{
	*comm = (ncclComm_t)7;
	say("ncclCommInitRankConfig %d %d %.8s %ld\n", ranks, rank,
	    id.internal, NUMBER(config));
	return 0;
}

API ncclResult_t ncclCommInitRankScalable(ncclComm_t *comm, int ranks,
					  int rank, int n, ncclUniqueId *ids,
					  ncclConfig_t *config)
{
	*comm = (ncclComm_t)7;
	say("ncclCommInitRankScalable %d %d %d %.8s %ld\n", ranks, rank, n,
	    ids->internal, NUMBER(config));
	return 0;
}

API ncclResult_t ncclCommInitAll(ncclComm_t *comm, int devices,
				 const int *list)
{
	(void)comm;
	say("ncclCommInitAll %d %ld\n", devices, NUMBER(list));
	return 0;
}
