/* SPDX-License-Identifier: MIT */
/* Series of numbers from files that programs keep them in. */
#ifndef SAMEBITS_MEASUREFILE_H
#define SAMEBITS_MEASUREFILE_H

#include "metric.h"

/* Each: 0; -ENODATA: what is asked for is not in it; -EBADMSG: it is of another
 * kind; or another -errno. */

/* key: "test.acc", with numbers for places in arrays. An array of numbers is a
 * series; a file with an object a line is one, too, and other lines are passed
 * over. NaN and Infinity are taken as Python writes them. */
int series_of_json(struct series *s, const char *path, const char *key);
/* column: a name of the first line, or a number from 1. Cells are parted by
 * commas, semicolons or tabs, whichever the first line has. */
int series_of_csv(struct series *s, const char *path, const char *column);
/* One number a line, or one in all. */
int series_of_text(struct series *s, const char *path);

#endif
