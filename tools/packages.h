/* SPDX-License-Identifier: MIT */
/*
 * Which package of the system a file belongs to: from dpkg's own database. What
 * is of interest in it (programs, shared objects, metadata of Python packages)
 * is kept in the user's cache until the database changes.
 */
#ifndef SAMEBITS_PACKAGES_H
#define SAMEBITS_PACKAGES_H

#include <stdbool.h>
#include <stddef.h>

struct package {
	char name[128], version[128], architecture[32];
};

struct packages;

/* NULL: this system has no such database, or no memory. */
struct packages *packages_open(void);
/* False: the file is no package's, or of no interest. */
bool packages_owner(const struct packages *p, const char *path,
		    struct package *owner);
void packages_close(struct packages *p);

#endif
