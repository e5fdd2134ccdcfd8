/* SPDX-License-Identifier: MIT */
#include "file.h"

#define LOOK(st) syscall(SYS_fstat, fd, st)
STAT_VICTIM(LOOK)
