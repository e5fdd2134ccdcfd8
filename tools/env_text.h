/* SPDX-License-Identifier: MIT */
/* An environment, and what differs in two, as a page for people. */
#ifndef SAMEBITS_ENV_TEXT_H
#define SAMEBITS_ENV_TEXT_H

#include <stdio.h>

#include "envdiff.h"

void env_print(FILE *to, const json_t *record);
void env_changes_print(FILE *to, const struct env_changes *c,
		       const char *name_a, const char *name_b);

#endif
