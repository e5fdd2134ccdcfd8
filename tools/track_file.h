/* SPDX-License-Identifier: MIT */
/* Files that several processes append to. */
#ifndef SAMEBITS_TRACK_FILE_H
#define SAMEBITS_TRACK_FILE_H

#include <stddef.h>

struct track_file {
	int fd;
	char *text;	/* all that was in it, terminated */
	size_t size;
};

/* Makes it where it is missing, waits until nobody else changes it, and reads
 * it. 0 or -errno; track_file_close() is due where it is 0. */
int track_file_open(struct track_file *f, const char *path);
/* All of it or nothing: a full disk leaves the file as it was. 0 or -errno. */
int track_file_append(struct track_file *f, const char *text, size_t size);
void track_file_close(struct track_file *f);

#endif
