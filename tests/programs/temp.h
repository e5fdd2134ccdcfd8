/* SPDX-License-Identifier: MIT */
/* For victims that make names: what stands for XXXXXX, from a directory of the
 * victim's own, where no other run has taken them. */
#ifndef SAMEBITS_TEST_TEMP_H
#define SAMEBITS_TEST_TEMP_H

#undef _FILE_OFFSET_BITS /* names as they are */
#include "victim.h"

#include <string.h>
#include <sys/stat.h>

static inline void temp_enter(char *dir, size_t size)
{
	do
		snprintf(dir, size, "/tmp/samebits-victim-%llx",
			 (unsigned long long)real_ns());
	while (mkdir(dir, 0700));
}

/* The name without its directory, as a number. */
static inline uint64_t temp_number(const char *name)
{
	const char *p = strrchr(name, '/');
	uint64_t n = 0;

	while (p && *++p)
		n = n * 131 + (unsigned char)*p;
	return n;
}

/* make(name) makes it from `template`; "" ends it. */
#define TEMP_VICTIM(template, make)                                            \
	const struct facts facts = { .calls = 3 };                             \
                                                                               \
	void victim(void)                                                      \
	{                                                                      \
		char dir[64], name[128];                                       \
                                                                               \
		temp_enter(dir, sizeof(dir));                                  \
		for (int i = 0; i < 3; i++) {                                  \
			snprintf(name, sizeof(name), "%s/" template, dir);     \
			if (make(name))                                        \
				_exit(99);                                     \
			emit(temp_number(name));                               \
			remove(name);                                          \
		}                                                              \
		rmdir(dir);                                                    \
	}

#endif
