/* SPDX-License-Identifier: MIT */
#include "names.h"

#include <fts.h>

const struct facts facts = { .calls = 1, .output = NAMES_SORTED };

void victim(void)
{
	char *const roots[] = { (char *)names_dir(), NULL };
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);

	fts_read(fts);
	for (const FTSENT *e = fts_children(fts, 0); e; e = e->fts_link)
		emit_name(e->fts_name);
	fts_close(fts);
}
