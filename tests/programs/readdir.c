/* SPDX-License-Identifier: MIT */
#include "names.h"

const struct facts facts = { .calls = NAMES + 1, .output = NAMES_SORTED };

void victim(void)
{
	DIR *dir = opendir(names_dir());
	const struct dirent *e;

	while ((e = readdir(dir)))
		emit_name(e->d_name);
	closedir(dir);
}
