/* SPDX-License-Identifier: MIT */
/*
 * Libraries that few verbs need: opened at their first use, as loading them,
 *and all that they need in turn, would double what `samebits run` costs.
 *
 *	#define FUNCTIONS(X) X(zip_open) X(zip_close)
 *	static struct { FUNCTIONS(LAZY_POINTER) } lib;
 *	static const char *const names[] = { FUNCTIONS(LAZY_NAME) };
 *
 *	if (lazy_load("libzip.so.4", names, LAZY_COUNT(names), &lib)) …
 *	lib.zip_open(…);
 */
#ifndef SAMEBITS_LAZY_H
#define SAMEBITS_LAZY_H

#include <stddef.h>

#define LAZY_POINTER(fn) __typeof__(fn) *fn;
#define LAZY_NAME(fn) #fn,
#define LAZY_COUNT(names) (sizeof(names) / sizeof(*(names)))

/* Fills an array of as many pointers; 0, also where it is filled already, or
 * -ENOSYS: the library, or a function, is missing. */
int lazy_load(const char *soname, const char *const names[], size_t n,
	      void *pointers);

#endif
