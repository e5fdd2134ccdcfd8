/* SPDX-License-Identifier: MIT */
/* What the logs of a run come to, in one number. */
#ifndef SAMEBITS_LOGDIGEST_H
#define SAMEBITS_LOGDIGEST_H

#include <jansson.h>

#include "reader.h"

/*
 * {"digest": 32 hexadecimal digits, "calls": n, "processes": n, "sources":
 * {name: what was done about it: "force", "observe", …}}. Equal digests:
 * the same calls from the same places of the same processes and threads, and
 * the same values. Of calls for cryptography only the number counts, and of
 * writes as of all else the digest.
 */
json_t *log_summary(const struct rundir *run);

#endif
