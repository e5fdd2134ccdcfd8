/* SPDX-License-Identifier: MIT */
/* The record (record.h) of a check or blame as text; that of trials is
 * trialset.h's to print. */
#ifndef SAMEBITS_REPORT_RECORD_H
#define SAMEBITS_REPORT_RECORD_H

#include <stdio.h>

#include <jansson.h>

void report_record(FILE *to, const char *name, const json_t *record);

#endif
