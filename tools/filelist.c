/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "filelist.h"
#include "text.h"

static void print_entry(FILE *to, const struct file_entry *e, const char *cwd)
{
	if (e->state == FILE_WHOLE)
		fprintf(to, "  %016" PRIx64 " %12" PRIu64 "  ",
			e->digest.part[0], e->digest.size);
	else
		fprintf(to, "  %-29s  ", file_state_text(e));
	text_print(to, path_below(e->path, cwd));
	fputc('\n', to);
}

/* How many and how large; their digests and names in one. */
static void print_system(FILE *to, const struct file_entry *list, size_t n)
{
	uint64_t digest = 0, size = 0;
	size_t files = 0;

	for (size_t i = 0; i < n; i++) {
		if (!file_of_system(list[i].path))
			continue;
		digest =
			XXH3_64bits_withSeed(list[i].path, strlen(list[i].path),
					     digest ^ list[i].digest.part[0]);
		size += list[i].digest.size;
		files++;
	}
	if (files)
		fprintf(to,
			"  %016" PRIx64 " %12" PRIu64 "  %zu file%s of the "
			"system, together\n",
			digest, size, files, files == 1 ? "" : "s");
}

void filelist_print(FILE *to, const struct file_entry *list, size_t n,
		    const char *cwd, size_t most)
{
	size_t shown = 0, hidden = 0;

	for (size_t i = 0; i < n; i++) {
		if (file_of_system(list[i].path))
			continue;
		if (shown < most) {
			print_entry(to, &list[i], cwd);
			shown++;
		} else {
			hidden++;
		}
	}
	if (hidden)
		fprintf(to, "  … and %zu more\n", hidden);
	print_system(to, list, n);
}
