/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <errno.h>

#include "lazy.h"

int lazy_load(const char *soname, const char *const names[], size_t n,
	      void *pointers)
{
	void **pointer = pointers, *library;

	if (pointer[n - 1])
		return 0;
	library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return -ENOSYS;
	for (size_t i = 0; i < n; i++) {
		pointer[i] = dlsym(library, names[i]);
		if (!pointer[i])
			return -ENOSYS;
	}
	return 0;
}
