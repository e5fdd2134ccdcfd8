/* SPDX-License-Identifier: MIT */
/* A directory of files whose names are numbers, and one more within: nothing
 * but the order in which they are handed out is to be seen. */
#ifndef SAMEBITS_TEST_NAMES_H
#define SAMEBITS_TEST_NAMES_H

/* Else the headers call readdir() readdir64(). */
#undef _FILE_OFFSET_BITS
#include <dirent.h>
#include <limits.h>
#include <string.h>

#include "victim.h"

#define NAMES_SORTED "1\n10\n2\n30\n31\n4\n5\n56\n9\n"
/* The same with what is in "5", after it. */
#define TREE_SORTED "1\n10\n2\n30\n31\n4\n5\n50\n8\n56\n9\n"
#define NAMES 11 /* "." and ".." too */

static inline const char *names_dir(void)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/names", getenv("PROGRAMS_DIR"));
	return path;
}

static inline void emit_name(const char *name)
{
	if (name[0] != '.')
		emit(strtoul(name, NULL, 10));
}

#endif
