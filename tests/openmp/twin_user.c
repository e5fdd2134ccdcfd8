/* SPDX-License-Identifier: MIT */
/* Linked with a twin; asks for a name that others have, too. */
#include <dlfcn.h>

#include "twin.h"

void *twin_found(void *handle);
int twin_linked(void);

void *twin_found(void *handle)
{
	/* Not by a jump: who asks is told by the return address. */
	void *volatile fn = dlsym(handle, "openblas_get_num_threads");

	return fn;
}

int twin_linked(void)
{
	return openblas_get_num_threads();
}
