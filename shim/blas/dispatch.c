/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stddef.h>

#include "kernels.h"
#include "pool.h"

const struct kernels *kernels = &kernels_scalar;

static bool is(const char *name, const char *wanted)
{
	while (*name && *name == *wanted) {
		name++;
		wanted++;
	}
	return *name == *wanted;
}

int same_init(const struct same_host *host)
{
	static const struct kernels *const all[] = {
		&kernels_avx512, &kernels_avx2, &kernels_fma128,
		&kernels_scalar
	};

	__builtin_cpu_init(); /* we may be called before constructors */
	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (host->isa && !is(all[i]->name, host->isa))
			continue;
		if (all[i]->here()) {
			kernels = all[i];
			pool_start(host);
			return 0;
		}
		if (host->isa)
			return -ENOTSUP;
	}
	return -EINVAL;
}

const char *same_isa(void)
{
	return kernels->name;
}
