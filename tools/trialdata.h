/* SPDX-License-Identifier: MIT */
/* The numbers of records, as plots take them. */
#ifndef SAMEBITS_TRIALDATA_H
#define SAMEBITS_TRIALDATA_H

#include <jansson.h>

#include "plot.h"

struct trial_metric {
	const char *name; /* of the record */
	struct values values;
	struct curves curves;
};

struct trial_metrics {
	struct trial_metric *at; /* in the order of the record's summary */
	size_t n;
};

/* Of a record of trials, which has to stay. 0 or -ENOMEM; trial_metrics_free()
 * is due in either case. */
int trial_metrics_read(struct trial_metrics *m, const json_t *record);
void trial_metrics_free(struct trial_metrics *m);

/* Of a record of blame; costs->cost is the caller's to free. 0 or -ENOMEM. */
int costs_read(struct costs *costs, const json_t *record);

#endif
