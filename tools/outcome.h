/* SPDX-License-Identifier: MIT */
/* What a trial came to, for the record. */
#ifndef SAMEBITS_OUTCOME_H
#define SAMEBITS_OUTCOME_H

#include <jansson.h>

#include "measure.h"
#include "plan.h"
#include "trial.h"

/* The last lines of a file there, parted by " | "; NULL: it is empty, or is not
 * there. */
char *outcome_tail(const char *dir, const char *name);
/* An entry of "trials" (README, samebits trials). Metrics are read from the
 * run's streams and from files that are younger than `start`. NULL: no memory. */
json_t *outcome_entry(const struct outcome *o, const struct job *j,
		      const struct measures *m, double start, double timeout);

#endif
