/* SPDX-License-Identifier: MIT */
/* A directory of its own for a scene, which it goes into. */
#ifndef SAMEBITS_TEST_FOLDER_H
#define SAMEBITS_TEST_FOLDER_H

/* Else the headers call readdir() readdir64(). */
#undef _FILE_OFFSET_BITS
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "hazard.h"

static char folder[64];

static inline void folder_leave(void)
{
	char command[96];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	must(chdir("/") == 0 && system(command) == 0);
}

static inline void folder_enter(const char *under)
{
	snprintf(folder, sizeof(folder), "%s/samebits-XXXXXX", under);
	must(mkdtemp(folder));
	must(chdir(folder) == 0);
}

static inline void touch(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_EXCL, 0644);

	must(fd >= 0);
	close(fd);
}

/* f000 and on. */
static inline void touch_many(int n)
{
	char name[16];

	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "f%03d", i);
		touch(name);
	}
}

static inline int is_dots(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

#endif
