/* SPDX-License-Identifier: MIT */
#include "file.h"

int __fxstatat(int version, int dir, const char *path, struct stat *st,
	       int flags);

#define LOOK(st) __fxstatat(1, AT_FDCWD, name, st, 0)
STAT_VICTIM(LOOK)
