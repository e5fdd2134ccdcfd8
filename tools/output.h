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

/* The two steps for those that write by the file's name: makes an empty file
 * beside `path`, its name is the caller's to free; NULL: errno says why. */
char *output_beside(const char *path);

#endif
