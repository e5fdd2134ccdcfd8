/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shim.h"

int shim_find(char *path, size_t size)
{
	static char self[PATH_MAX]; /* our directory, once it is known */
	ssize_t n = 0;

	if (!*self)
		n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n < 0)
		return -errno;
	if (n)
		*strrchr(self, '/') = 0;
	if ((size_t)snprintf(path, size, "%s/libsamebits.so", self) < size &&
	    access(path, R_OK) == 0)
		return 0;
	if ((size_t)snprintf(path, size, "%s/shim/libsamebits.so", self) <
		    size && access(path, R_OK) == 0)
		return 0;
	if ((size_t)snprintf(path, size, "%s/libsamebits.so",
			     SAMEBITS_LIBDIR) < size &&
	    access(path, R_OK) == 0)
		return 0;
	return -ENOENT;
}

static void *open_shim(void)
{
	char path[PATH_MAX];

	return shim_find(path, sizeof(path))
		       ? NULL : dlopen(path, RTLD_LOCAL | RTLD_LAZY);
}

void *shim_symbol(const char *name)
{
	void *h = open_shim();

	return h ? dlsym(h, name) : NULL;
}

int shim_sources(source_visit *visit, void *arg)
{
	void (*walk)(source_visit *, void *);
	char path[PATH_MAX];
	int ret = shim_find(path, sizeof(path));
	void *h;

	if (ret)
		return ret;
	h = open_shim();
	if (!h)
		return -ELIBACC;
	*(void **)&walk = dlsym(h, "samebits_sources");
	if (!walk)
		return -ELIBBAD;
	walk(visit, arg);
	return 0;
}
