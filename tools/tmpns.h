/* SPDX-License-Identifier: MIT */
/*
 * --private-tmp: an empty /tmp and /dev/shm of the run's own, in a mount
 * namespace; they are gone with its last process. Where the user may not make
 * one, it takes a user namespace, in which other users' files belong to nobody.
 */
#ifndef SAMEBITS_TMPNS_H
#define SAMEBITS_TMPNS_H

/* Which of the two this directory is: a working directory that would be hidden.
 * NULL: neither. */
const char *tmpns_conflict(const char *directory);

/* Mount namespaces of the caller's own, nothing of which shows outside; in a user
 * namespace where it takes one. 0 or -errno. */
int tmpns_unshare(void);

/* In the child, before it executes the program. What lies at the top of the two
 * directories and leads to one of `keep` (NULL ends it) stays. 0 or -errno; *failed: what
 * could not be done, in words. */
int tmpns_enter(const char *const keep[], const char **failed);

#endif
