/* SPDX-License-Identifier: MIT */
/*
 * Threads of the kernel's, unknown to libc: no name, no lineage, no part in
 * turns, and the program may end without them. Each has its maker's
 * thread-local storage, which may be gone: what runs there may touch no such
 * variable, errno included, and call nothing of libc's. All signals are blocked
 * in it.
 */
#ifndef SAMEBITS_KTHREAD_H
#define SAMEBITS_KTHREAD_H

#include <stddef.h>

/* Calls run(arg) on a stack of `stack` bytes, a multiple of a page. 0 or
 * -errno. */
int kthread_start(int (*run)(void *), void *arg, size_t stack);

#endif
