/* SPDX-License-Identifier: MIT */
#include "names.h"

const struct facts facts = { .calls = 1, .output = NAMES_SORTED };

void victim(void)
{
	struct dirent **list;
	int n = scandirat(AT_FDCWD, names_dir(), &list, NULL, NULL);

	for (int i = 0; i < n; i++) {
		emit_name(list[i]->d_name);
		free(list[i]);
	}
	free(list);
}
