/* SPDX-License-Identifier: MIT */
/*
 * The processors that a program believes in under --threads N: 0 to N-1, all
 * its own, however many the machine has.
 */
#ifndef SAMEBITS_PROCESSORS_H
#define SAMEBITS_PROCESSORS_H

#include <stddef.h>
#include <stdint.h>

#include "device.h"
#include "thread.h"

/* Takes down which real ones this process may use. */
void processors_start(void);
/* How many those are now. Needs no start. */
unsigned processors_allowed(void);

/* Fills a set of `size` bytes as sched_getaffinity(2) does; returns how many
 * of them the kernel would have written, or -EINVAL: it is too small. */
long processors_set(void *set, size_t size);
/* The one that a thread runs on: where it pinned itself, or one by its name. */
unsigned processors_mine(const struct thread *self);

/*
 * A set that the program made, as it can be given to the kernel. Where each
 * processor has a real one of its own, they take their places; else nothing is
 * pinned, as threads that wait for each other would share one. Returns the
 * bytes of `real` that count, 0: pin nothing, or -EINVAL: it has none of ours.
 * *first: the first of the set.
 */
#define PROCESSORS_ROOM 1024 /* bytes: more than a kernel can be built for */
long processors_real(const void *set, size_t size,
		     uint8_t real[PROCESSORS_ROOM], unsigned *first);
/* Pins thread `tid` (0: the caller) to a set of the program's; 0 or -errno. */
long processors_pin(long tid, const void *set, size_t size);

/*
 * What a file about them says: PROC_CPUINFO, PROC_STAT, SYS_CPU,
 * CGROUP_CPU_MAX or CGROUP_CPU_QUOTA. Returns its length; out NULL: no more
 * than that. Takes about 40 bytes a processor (cpuinfo: 1500).
 */
struct processors_file {
	enum device kind;
	const char *first;  /* PROC_CPUINFO: the machine's, of its first one */
	uint64_t up, since; /* PROC_STAT: seconds since the boot, and of it */
};
size_t processors_text(const struct processors_file *f, char *out);

#endif
