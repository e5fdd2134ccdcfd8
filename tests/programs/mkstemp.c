/* SPDX-License-Identifier: MIT */
#include "temp.h"

#define MAKE(name) close(mkstemp(name))
TEMP_VICTIM("XXXXXX", MAKE)
