/* SPDX-License-Identifier: MIT */
#include "file.h"

#define LOOK(st) fstatat(AT_FDCWD, name, st, 0)
STAT_VICTIM(LOOK)
