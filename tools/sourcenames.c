/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "shim.h"
#include "sourcenames.h"

#define ROOM 512 /* names, by which it grows */

static struct sourcenames known;
static bool full;

static bool grow(void)
{
	size_t room = known.n + ROOM;
	const char **name = realloc(known.name, (room + 1) * sizeof(*name));
	bool *forced;

	if (!name)
		return false;
	known.name = name;
	forced = realloc(known.forced, room * sizeof(*forced));
	if (!forced)
		return false;
	known.forced = forced;
	return true;
}

static void add(const char *name, bool forced)
{
	size_t i = 0;

	while (i < known.n && strcmp(known.name[i], name))
		i++;
	if (i == known.n) {
		if (known.n % ROOM == 0 && !grow()) {
			full = true;
			return;
		}
		known.name[known.n] = name;
		known.forced[known.n++] = false;
		known.name[known.n] = NULL;
	}
	known.forced[i] |= forced;
}

static void collect(const struct source *row, void *arg)
{
	(void)arg;
	add(row->name, row->policy == SB_FORCE);
	add(row->group, row->policy == SB_FORCE);
}

const struct sourcenames *sourcenames(void)
{
	if (!known.n && shim_sources(collect, NULL))
		return NULL;
	return full ? NULL : &known;
}
