/* SPDX-License-Identifier: MIT */
/* Finds what our hooks stand in front of, and knows every row. */
#ifndef SAMEBITS_REAL_H
#define SAMEBITS_REAL_H

#include <link.h>
#include <stdbool.h>

#include "source.h"

/* Numbers the rows and fills every real_x that libc has, of rows and hooks. */
void real_bind(void);
/* The next definition of a name, with its newest version; NULL: none. */
void *real_find(const char *symbol, const char *version);
/*
 * What a call from `ra` would reach without us; NULL: nothing. An optional
 * row's library may be there twice, as Python wheels bring their own, or out of
 * our sight (RTLD_LOCAL): it is looked for from the calling object. Fills the
 * row's real_x where that is NULL.
 */
void *real_from(struct source *row, const void *ra);
/*
 * The same for a name without a row, as the loader would bind it for code at
 * `ra`: the global scope's next definition, then what the object was linked
 * against. NULL: nothing; dlerror() says so.
 */
void *real_in_scope(const char *symbol, const void *ra);
/* What we export by this name; NULL: nothing. */
void *real_ours(const char *name);
/* An object was asked to be loaded with RTLD_DEEPBIND, which was taken off. */
void real_deepbound(void);
/* Would it reach anything? */
bool real_reaches(const struct source *row, const void *ra);
/* What lay in [start, end) is gone. */
void real_unloaded(uintptr_t start, uintptr_t end);
/* Counts these: who keeps what real_from() said asks again after one. */
extern unsigned real_epoch;

unsigned real_count(void);
const struct source *real_row(unsigned index);
void real_each(void (*visit)(struct source *row, void *arg), void *arg);
/* The hooks that are no rows. */
void real_each_hook(void (*visit)(struct hook *hook, void *arg), void *arg);
/* Its next definition, where the shim is not bound yet. */
void *real_hook(struct hook *hook);
#define NEXT(id)                                                               \
	(__builtin_expect(real_##id != NULL, 1)                                \
		 ? real_##id : (__typeof__(real_##id))real_hook(&hook_##id))
/* Sets each row's policy of this run from the settings. */
void real_policies(void);

/* libc's own: what our hooks of the same names must jump to. */
extern void *(*real_dlsym_fn)(void *handle, const char *name);
extern void *(*real_dlvsym_fn)(void *handle, const char *name,
			       const char *version);
extern void *(*real_dlopen_fn)(const char *file, int mode);
extern int (*real_dlclose_fn)(void *handle);
/*
 * dl_iterate_phdr(3), libc's own: sanitizers intercept it and are not ready for
 * it early. Under loader_lock(). 0 before it is bound. Within a visit, again by
 * real_iterate_fn.
 */
typedef int real_visit(struct dl_phdr_info *info, size_t size, void *arg);
int real_iterate(real_visit *visit, void *arg);
extern int (*real_iterate_fn)(real_visit *visit, void *arg);

#endif
