/* SPDX-License-Identifier: MIT */
/* Runs at a time have the same process ids, and so the same names in /tmp: unless
 * the user decides, they get a /tmp of their own where that is possible. */
#ifndef SAMEBITS_TMPFIT_H
#define SAMEBITS_TMPFIT_H

#include "measure.h"

/* Before options are read: tells --no-private-tmp from nothing said. */
void tmpfit_undecided(void);
/* After it: sets wanted.tmp, and says why where it stays away. */
void tmpfit_decide(char *const argv[], const struct measures *m, unsigned jobs);
/* The same for trials that go on with the options that they were begun with. */
void tmpfit_decided(bool private_tmp);

#endif
