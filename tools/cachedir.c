/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cachedir.h"

bool cache_path(char *out, size_t size, const char *name)
{
	const char *cache = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");
	int n = -1;

	if (cache && *cache == '/')
		n = snprintf(out, size, "%s/samebits/%s", cache, name);
	else if (home && *home == '/')
		n = snprintf(out, size, "%s/.cache/samebits/%s", home, name);
	return n > 0 && (size_t)n < size;
}

void cache_prepare(char *file)
{
	for (char *p = file + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = 0;
		mkdir(file, 0700);
	}
}
