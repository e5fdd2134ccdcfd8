/* SPDX-License-Identifier: MIT */
/* A file that comes into being as a whole or not at all: written beside its
 * place and renamed. Standard output, pipes and devices are written to. */
#ifndef SAMEBITS_OUTPUT_H
#define SAMEBITS_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

struct output {
	FILE *to;
	const char *path;
	char *beside; /* NULL: written to directly */
};

/* "-" is standard output. 0 or -errno; path must live until the end. */
int output_open(struct output *output, const char *path);
/* Puts it in place, or where `failed` removes what was written; 0 or -errno of
 * the first write that failed. */
int output_close(struct output *output, bool failed);

/* The two steps for those that write by a name. An empty file beside `path`,
 * which a signal that ends us removes; one at a time. NULL: errno says why. */
char *output_beside(const char *path);
/* Puts it in the place of `path`, or removes it where `failed`; frees the name.
 * 0 or -errno. */
int output_settle(char *beside, const char *path, bool failed);

#endif
