/* SPDX-License-Identifier: MIT */
/* In what two environments differ, what changes results first. */
#ifndef SAMEBITS_ENVDIFF_H
#define SAMEBITS_ENVDIFF_H

#include <stddef.h>

#include <jansson.h>

struct env_change {
	unsigned rank;	   /* 0: the most suspicious */
	const char *group; /* "input", "python package", …: a constant */
	char *what;	   /* of it: a file, a package, a key */
	char *a, *b;	   /* as text; NULL: not there */
};

/* By rank, then what. */
struct env_changes {
	struct env_change *at;
	size_t n;
};

/* Of two records (environment.h), each with or without the parts of a run: what
 * only one of them has as a whole is not compared. 0 or -ENOMEM;
 * env_changes_free() is due in either case. */
int env_compare(struct env_changes *c, const json_t *a, const json_t *b);
/* One more; the texts are copied, `group` is not. 0 or -ENOMEM. */
int env_changes_add(struct env_changes *c, unsigned rank, const char *group,
		    const char *what, const char *a, const char *b);
void env_changes_free(struct env_changes *c);
json_t *env_changes_json(const struct env_changes *c);

#endif
