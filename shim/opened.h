/* SPDX-License-Identifier: MIT */
/*
 * Which files the program opens, and what it calls them afterwards: a record
 * of the log for each file and use (event.h, struct sb_file), which a forked
 * child does not repeat. What they hold is the launcher's to look at.
 */
#ifndef SAMEBITS_OPENED_H
#define SAMEBITS_OPENED_H

/* `fd` was just opened as `path` by open(2)'s flags. errno stays. */
void opened_file(int fd, const char *path, int flags);
/* A file has another name, or one more; as renameat(2) was given them, after it
 * succeeded. errno stays. */
void opened_renamed(int from_dir, const char *from, int to_dir,
		    const char *to);
/* The run's own output, where that is a file: once a run. */
void opened_start(void);

#endif
