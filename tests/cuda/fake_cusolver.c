/* SPDX-License-Identifier: MIT */
#include "fake.h"

API cusolverStatus_t cusolverGetVersion(int *version)
{
	*version = 12004;
	return 0;
}

API cusolverStatus_t cusolverDnCreate(cusolverDnHandle_t *handle)
{
	*handle = (cusolverDnHandle_t)5;
	say("cusolverDnCreate\n");
	return 0;
}

API cusolverStatus_t
cusolverDnSetDeterministicMode(cusolverDnHandle_t handle,
			       cusolverDeterministicMode_t mode)
{
	say("cusolverDnSetDeterministicMode %ld %d\n", NUMBER(handle), mode);
	return 0;
}
