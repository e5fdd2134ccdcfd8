/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <stddef.h>

int chain_b(void);

int chain_b(void)
{
	void *h = dlopen("libchain_c.so", RTLD_NOW | RTLD_LOCAL);
	int (*c)(void) = NULL;

	if (h)
		*(void **)&c = dlsym(h, "chain_c");
	return c ? 20 + c() : -1000;
}
