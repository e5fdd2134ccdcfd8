/* SPDX-License-Identifier: MIT */
/*
 * What an object's code does past libc, found by looking at its file: chip
 * entropy and clocks, system calls of its own, and libraries built into it
 * whose calls cannot be intercepted.
 */
#ifndef SAMEBITS_INSPECT_H
#define SAMEBITS_INSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FINDING_NAMES 3
#define FINDINGS 32

struct finding {
	char what[32]; /* "RDTSC", "system calls", "raw time", "built in" */
	unsigned functions;
	char name[FINDING_NAMES][96]; /* of the first ones; "+0x…" unnamed */
};

struct inspection {
	struct finding finding[FINDINGS];
	size_t n;
	bool gpu; /* it has code for NVIDIA's GPUs, too (kernels.h) */
};

/* 0; -ESTALE: the file has another build-id now (zeros: any will do); -ENOEXEC:
 * no ELF file; another -errno. */
int inspect(struct inspection *result, const char *path,
	    const uint8_t build_id[20]);

#endif
