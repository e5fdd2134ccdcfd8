/* SPDX-License-Identifier: MIT */
#include "file.h"

int __fxstat(int version, int fd, struct stat *st);

#define LOOK(st) __fxstat(1, fd, st)
STAT_VICTIM(LOOK)
