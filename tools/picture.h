/* SPDX-License-Identifier: MIT */
/* `samebits report --html` and `--svg`: of a run, or of a record. */
#ifndef SAMEBITS_PICTURE_H
#define SAMEBITS_PICTURE_H

/* The page into `path` ("-": standard output). 0, or STATUS_TROUBLE after
 * saying what is wrong. */
int picture_page(const char *dir, const char *path);
/* Each plot into a file of its own in the directory `into`, which is made. */
int picture_plots(const char *dir, const char *into);

#endif
