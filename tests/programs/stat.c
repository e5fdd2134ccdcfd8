/* SPDX-License-Identifier: MIT */
#include "file.h"

#define LOOK(st) stat(name, st)
STAT_VICTIM(LOOK)
