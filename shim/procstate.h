/* SPDX-License-Identifier: MIT */
/* What the kernel says of another thread of this process; without libc. */
#ifndef SAMEBITS_PROCSTATE_H
#define SAMEBITS_PROCSTATE_H

#include <stdbool.h>
#include <stdint.h>

/* Processor time that it has had, in ns. */
uint64_t thread_cpu(int tid);
/* Does it wait within a system call? */
bool thread_sleeping(int tid);
/* Would a handler of the program's run in it? */
bool thread_handles(int tid, int sig);

#endif
