/* SPDX-License-Identifier: MIT */
#include "file.h"

#define LOOK(st) lstat(name, st)
STAT_VICTIM(LOOK)
