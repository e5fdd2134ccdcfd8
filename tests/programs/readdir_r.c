/* SPDX-License-Identifier: MIT */
#include "names.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

const struct facts facts = { .calls = NAMES + 1, .output = NAMES_SORTED };

void victim(void)
{
	DIR *dir = opendir(names_dir());
	struct dirent e, *result;

	while (readdir_r(dir, &e, &result) == 0 && result == &e)
		emit_name(e.d_name);
	closedir(dir);
}
