/* SPDX-License-Identifier: MIT */
/*
 * While the program runs: a thread of low priority that makes digests of the
 * files which it has opened for reading, so that its end need not wait for
 * them.
 */
#ifndef SAMEBITS_BESIDE_H
#define SAMEBITS_BESIDE_H

#include "digest.h"

/* The run's directory; both live until beside_stop(). Without memory nothing is
 * done ahead. */
void beside_start(const char *dir, struct digests *known);
void beside_stop(void);

#endif
