/* SPDX-License-Identifier: MIT */
#include "file.h"

#define LOOK(st) syscall(SYS_lstat, name, st)
STAT_VICTIM(LOOK)
