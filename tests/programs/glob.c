/* SPDX-License-Identifier: MIT */
#include "names.h"

#include <glob.h>

const struct facts facts = { .calls = 1, .output = NAMES_SORTED };

void victim(void)
{
	char pattern[PATH_MAX + 2];
	glob_t g;

	snprintf(pattern, sizeof(pattern), "%s/*", names_dir());
	if (glob(pattern, GLOB_NOSORT, NULL, &g))
		return;
	for (size_t i = 0; i < g.gl_pathc; i++)
		emit_name(strrchr(g.gl_pathv[i], '/') + 1);
	globfree(&g);
}
