/* SPDX-License-Identifier: MIT */
/* A record of an experiment (record.h) as text. */
#ifndef SAMEBITS_REPORT_RECORD_H
#define SAMEBITS_REPORT_RECORD_H

#include <stdio.h>

#include <jansson.h>

void report_record(FILE *to, const char *name, const json_t *record);

#endif
