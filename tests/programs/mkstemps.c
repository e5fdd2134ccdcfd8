/* SPDX-License-Identifier: MIT */
#include "temp.h"

#define MAKE(name) close(mkstemps(name, 4))
TEMP_VICTIM("XXXXXX.txt", MAKE)
