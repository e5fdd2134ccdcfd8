/* SPDX-License-Identifier: MIT */
/* For victims that look at a file of this run: its time is of the logical
 * clock, stays, and moves on when the file is written again. */
#ifndef SAMEBITS_TEST_FILE_H
#define SAMEBITS_TEST_FILE_H

#undef _FILE_OFFSET_BITS /* names as they are */
#include "victim.h"

#include <sys/stat.h>

static inline int file_make(char *name, size_t size)
{
	snprintf(name, size, "/tmp/samebits-victim-XXXXXX");
	return mkstemp(name);
}

static inline void file_change(const char *name)
{
	int fd = open(name, O_WRONLY);

	if (write(fd, "x", 1) != 1)
		_exit(99);
	close(fd);
}

static inline int file_order(const struct timespec *a, const struct timespec *b)
{
	if (a->tv_sec != b->tv_sec)
		return a->tv_sec < b->tv_sec ? -1 : 1;
	return a->tv_nsec < b->tv_nsec ? -1 : a->tv_nsec > b->tv_nsec;
}

/* look(st) fills a struct stat from `name` or `fd`. */
#define STAT_VICTIM(look)                                                      \
	const struct facts facts = { .calls = 3,                               \
				     .output = "1893456000\n1\n1\n" };         \
                                                                               \
	void victim(void)                                                      \
	{                                                                      \
		struct stat a, b, c;                                           \
		char name[64];                                                 \
		int fd = file_make(name, sizeof(name));                        \
                                                                               \
		if (look(&a) || look(&b))                                      \
			return;                                                \
		file_change(name);                                             \
		if (look(&c))                                                  \
			return;                                                \
		unlink(name);                                                  \
		close(fd);                                                     \
		emit((uint64_t)a.st_mtime);                                    \
		emit(file_order(&a.st_mtim, &b.st_mtim) == 0);                 \
		emit(file_order(&a.st_mtim, &c.st_mtim) < 0);                  \
	}

#endif
