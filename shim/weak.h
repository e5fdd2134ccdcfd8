/* SPDX-License-Identifier: MIT */
/*
 * A weak reference asks whether somebody has a function. We export names of
 * libraries that may not be there, and would answer yes for them.
 */
#ifndef SAMEBITS_WEAK_H
#define SAMEBITS_WEAK_H

/* Sets to NULL what refers weakly to an optional name that only we have, in
 * all objects that are loaded. At start-up, when they have been relocated and
 * none of their code has run. */
void weak_clear(void);
/* In the objects loaded at these addresses. Not under the engine's lock: takes
 * the loader's. */
void weak_clear_in(const uintptr_t *base, unsigned n);

#endif
