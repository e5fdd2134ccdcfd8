/* SPDX-License-Identifier: MIT */
/*
 * samebits.conf: what options are where the command line does not say. Read
 * from the working directory, then from the user's configuration directory;
 * the nearer file wins.
 *
 *	# for every verb that has the option
 *	store = /data/runs
 *	[run]
 *	trace = full
 *	quiet = yes
 */
#ifndef SAMEBITS_DEFAULTS_H
#define SAMEBITS_DEFAULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "opts.h"

/* Sets the values of the options in the verb's table that are not `given`;
 * 0, or -EINVAL after saying what is wrong. */
int defaults_read(const struct opt *table, const char *verb,
		  bool given[OPTS_MAX]);
/* "FILE:LINE" where the option was set; NULL: not by a file. */
const char *defaults_origin(const char *name, size_t len);

#endif
