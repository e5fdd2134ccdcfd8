/* SPDX-License-Identifier: MIT */
/* The rows, for `samebits`: the CLI loads this very object to read them. */
#include <string.h>

#include "real.h"
#include "source.h"
#include "banned.h"

static int before(const struct source *a, const struct source *b)
{
	int group = strcmp(a->group, b->group);

	return group ? group : strcmp(a->name, b->name);
}

struct next {
	const struct source *last, *best;
};

static void consider(struct source *row, void *arg)
{
	struct next *n = arg;

	if (!row->inner && !row->written && (!n->last || before(row, n->last) > 0) &&
	    (!n->best || before(row, n->best) < 0))
		n->best = row;
}

/* Section order differs between compilers: sorted, by repeated selection, as
 * the section itself stays where the hooks expect it. */
__attribute__((visibility("default"))) void samebits_sources(source_visit *visit,
							      void *arg)
{
	struct next n = { NULL, NULL };

	for (;;) {
		n.best = NULL;
		real_each(consider, &n);
		if (!n.best)
			return;
		visit(n.best, arg);
		n.last = n.best;
	}
}
