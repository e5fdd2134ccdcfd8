/* SPDX-License-Identifier: MIT */
#include "file.h"

int __lxstat(int version, const char *path, struct stat *st);

#define LOOK(st) __lxstat(1, name, st)
STAT_VICTIM(LOOK)
