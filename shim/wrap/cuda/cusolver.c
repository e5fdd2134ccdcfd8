/* SPDX-License-Identifier: MIT */
/* cuSOLVER, dense: it may be told to add in one order only. */
#include "call.h"
#include "cuda.h"
#include "gpu.h"
#include "banned.h"

#define ROW(fn, text)                                                          \
	SOURCE(fn, .group = "cusolver", .policy = SB_FORCE, .optional = 1,     \
	       .doc = text)

ROW(cusolverDnCreate, "makes a handle: deterministic results");
ROW(cusolverDnSetDeterministicMode, "allows others: they stay deterministic");

#define NOT_INITIALIZED 1
#define DETERMINISTIC 1

static void begin(cusolverDnHandle_t handle, void *create, bool force)
{
	__typeof__(cusolverGetVersion) *get =
		scope_find("cusolverGetVersion", create);
	/* Older ones have none. */
	__typeof__(cusolverDnSetDeterministicMode) *set =
		scope_find("cusolverDnSetDeterministicMode", create);
	int version = 0;

	if (get)
		get(&version);
	gpu_seen("cusolver", create, (uint64_t)version);
	if (set && force)
		set(handle, DETERMINISTIC);
}

EXPORT cusolverStatus_t cusolverDnCreate(cusolverDnHandle_t *handle)
{
	struct call c;
	bool force = CALL(&c, cusolverDnCreate) == SB_FORCE;
	__typeof__(real_cusolverDnCreate) real = REAL_HERE(cusolverDnCreate);
	cusolverStatus_t status = real ? real(handle) : NOT_INITIALIZED;

	if (status == 0 && handle)
		begin(*handle, (void *)real, force);
	call_end(&c, (uint64_t)status, 0);
	return status;
}

EXPORT cusolverStatus_t
cusolverDnSetDeterministicMode(cusolverDnHandle_t handle,
			       cusolverDeterministicMode_t mode)
{
	struct call c;
	bool force = CALL(&c, cusolverDnSetDeterministicMode) == SB_FORCE;
	__typeof__(real_cusolverDnSetDeterministicMode) real =
		REAL_HERE(cusolverDnSetDeterministicMode);
	cusolverStatus_t status =
		real ? real(handle, force ? DETERMINISTIC : mode)
		     : NOT_INITIALIZED;

	call_end(&c, (uint64_t)mode, 0);
	return status;
}
