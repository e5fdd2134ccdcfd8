/* SPDX-License-Identifier: MIT */
/*
 * Which files this process opens and renames, for the log (struct sb_file):
 * each name and use once. A file that was seen before costs no lock and no
 * system call. Async-signal-safe; errno is kept.
 */
#ifndef SAMEBITS_OPENED_H
#define SAMEBITS_OPENED_H

#include <stdbool.h>
#include <sys/stat.h>

/* fd was opened as `path`, which may be relative to anything, with these flags
 * of open(2). */
void opened_file(int fd, const char *path, int flags, const struct stat *st);
/* What was `from` has now the name `to`. Directories as openat(2) has them. */
void opened_renamed(int from_dir, const char *from, int to_dir, const char *to);
/* At an image's start: what it inherited as its standard streams. first: the
 * run's own output is its. */
void opened_start(bool first);
void opened_forget(void); /* in a forked child */

#endif
