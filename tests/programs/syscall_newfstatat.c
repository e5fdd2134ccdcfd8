/* SPDX-License-Identifier: MIT */
#include "file.h"

#define LOOK(st) syscall(SYS_newfstatat, AT_FDCWD, name, st, 0)
STAT_VICTIM(LOOK)
