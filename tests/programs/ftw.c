/* SPDX-License-Identifier: MIT */
#include "names.h"

#include <ftw.h>

const struct facts facts = { .calls = 1, .output = "0\n" TREE_SORTED };

static int see(const char *path, const struct stat *st, int flag)
{
	(void)st;
	(void)flag;
	emit_name(strrchr(path, '/') + 1);
	return 0;
}

void victim(void)
{
	ftw(names_dir(), see, 4);
}
