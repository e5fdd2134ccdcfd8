/* SPDX-License-Identifier: MIT */
#include "file.h"

#define LOOK(st) fstat(fd, st)
STAT_VICTIM(LOOK)
