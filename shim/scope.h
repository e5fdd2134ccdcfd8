/* SPDX-License-Identifier: MIT */
/*
 * What an object was linked against, as the loader searches it: the object, then
 * what it needs, breadth first. Read from the loader's tables and not asked of
 * dlopen(): that would run the constructors of an object which is being loaded,
 * before those of what it needs.
 */
#ifndef SAMEBITS_SCOPE_H
#define SAMEBITS_SCOPE_H

/* The definition of a name for the object that holds `inside`; NULL: none. */
void *scope_find(const char *symbol, const void *inside);

#endif
