/* SPDX-License-Identifier: MIT */
/*
 * Slots of loaded objects that were bound to names which we export for libraries
 * that may not be there, or there twice. A weak reference asks whether somebody
 * has a function: where only we have it, the answer is no. A call of a numeric
 * routine is led to the thunk of the very definition that the object would have
 * had (entry.h): the return address alone does not tell who calls where a
 * compiler made a jump of the call.
 */
#ifndef SAMEBITS_WEAK_H
#define SAMEBITS_WEAK_H

#include <stdint.h>

/* In all objects that are loaded. At start-up, when they have been relocated and
 * none of their code has run. */
void weak_clear(void);
/* In the objects loaded at these addresses (NULL: all). Not under the engine's
 * lock: looks names up. */
void weak_clear_in(const uintptr_t *base, unsigned n);
/* Calls choose(name, now, arg) for each slot of the object at `base`, which
 * stays loaded, that is bound to a name: it becomes what is returned, unless
 * that is NULL. The functions above leave this object alone then. */
void weak_rebind(uintptr_t base,
		 void *(*choose)(const char *name, void *now, void *arg),
		 void *arg);

#endif
