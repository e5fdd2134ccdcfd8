/* SPDX-License-Identifier: MIT */
#include "temp.h"

#define MAKE(name) close(mkostemps(name, 4, O_APPEND))
TEMP_VICTIM("XXXXXX.txt", MAKE)
