/* SPDX-License-Identifier: MIT */
/* The metrics of a record of trials. */
#ifndef SAMEBITS_TRIALMETRICS_H
#define SAMEBITS_TRIALMETRICS_H

#include "trialrecord.h"

/* As a record has them: "metrics". */
json_t *trialmetrics_json(const struct measures *m);
/* `given`: those of `m`; if the record has others, they are read from what its
 * runs have left. Else `m` becomes the record's. 0, or a status after saying
 * why. */
int trialmetrics_same(struct trialrecord *r, bool given, struct measures *m);

#endif
