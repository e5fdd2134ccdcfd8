/* SPDX-License-Identifier: MIT */
/* Finds what our hooks stand in front of, and knows every row. */
#ifndef SAMEBITS_REAL_H
#define SAMEBITS_REAL_H

#include <link.h>

#include "source.h"

/* Numbers the rows and fills every real_x that libc has, of rows and hooks. */
void real_bind(void);
/* The next definition of a name, with its newest version; NULL: none. */
void *real_find(const char *symbol, const char *version);
/* The same, seen from the module that holds `ra`: for names of libraries that
 * were opened RTLD_LOCAL. Fills the row's real_x. NULL: none. */
void *real_late(struct source *row, const void *ra);

unsigned real_count(void);
void real_each(void (*visit)(struct source *row, void *arg), void *arg);
/* The hooks that are no rows. */
void real_each_hook(void (*visit)(struct hook *hook, void *arg), void *arg);
/* Sets each row's policy of this run from the settings. */
void real_policies(void);

/* libc's own: what our hooks of the same names must jump to. */
extern void *(*real_dlsym_fn)(void *handle, const char *name);
extern void *(*real_dlvsym_fn)(void *handle, const char *name,
			       const char *version);
extern void *(*real_dlopen_fn)(const char *file, int mode);
/* libc's own too: sanitizers intercept it and are not ready for it early. */
extern int (*real_iterate_fn)(int (*visit)(struct dl_phdr_info *info,
					   size_t size, void *arg),
			      void *arg);

#endif
