/* SPDX-License-Identifier: MIT */
/*
 * Process numbers in /proc (proc(5)), under --pids=virtual: in paths, in the
 * names of its directory, and in what the files stat and status of a process
 * say. Elsewhere nothing is changed. Async-signal-safe; errno is kept.
 */
#ifndef SAMEBITS_PROCFS_H
#define SAMEBITS_PROCFS_H

#include <stdbool.h>
#include <stddef.h>

#define PROCFS_PATH 512 /* longer ones are none of these */

/* The path to hand to the system: `path` itself, or a copy of it in `out`,
 * with the numbers that the kernel knows. */
const char *procfs_path(const char *path, char out[PROCFS_PATH]);
/* fd was opened from `path` (as the program gave it) with these flags. Returns
 * what the program gets: fd, or a copy of the file that says what is shown. */
int procfs_opened(int fd, const char *path, int flags);
/* A name in the directory /proc, as it is shown: a number of the run is
 * replaced in place. room: bytes in `name`. False: a process outside that has a
 * number which is shown for one of the run; leave it out. */
bool procfs_name(char *name, size_t room);
/* What the link /proc/self or /proc/thread-self says; its length, or -1: it is
 * neither. */
long procfs_self(const char *path, char *out, size_t size);

#endif
