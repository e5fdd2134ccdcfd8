/* SPDX-License-Identifier: MIT */
/* Delta debugging: Zeller, Hildebrandt, "Simplifying and Isolating
 * Failure-Inducing Input", 2002 (ddmin). */
#ifndef SAMEBITS_MINIMAL_H
#define SAMEBITS_MINIMAL_H

#include <stdbool.h>
#include <stddef.h>

#define MINIMAL_MOST 64

/* 1: with these together it happens; 0: it does not; -errno: give up. */
typedef int minimal_test(const size_t *set, size_t n, void *arg);

/*
 * `set` of `n` things, all of which together make it happen, becomes one of
 * which nothing can be left out; returns its size, or -errno of the test.
 */
long minimal(size_t *set, size_t n, minimal_test *test, void *arg);

#endif
