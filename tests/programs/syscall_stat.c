/* SPDX-License-Identifier: MIT */
#include "file.h"

#define LOOK(st) syscall(SYS_stat, name, st)
STAT_VICTIM(LOOK)
