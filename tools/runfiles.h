/* SPDX-License-Identifier: MIT */
/* The files of the run that this process makes, from its start to files.json.
 */
#ifndef SAMEBITS_RUNFILES_H
#define SAMEBITS_RUNFILES_H

#include <stdbool.h>

#include "reader.h"

/* While it goes on: digests are made beside it from now on. `dir`, the run's,
 * lives on. */
void runfiles_beside(const char *dir);
/*
 * Once it has ended. hurry: somebody ended it and waits; what would take long
 * stays without a digest. quiet: a long wait is not announced. 0 or -errno: the
 * run has no files.json.
 */
int runfiles_end(const struct rundir *run, bool hurry, bool quiet);

#endif
