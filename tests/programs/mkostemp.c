/* SPDX-License-Identifier: MIT */
#include "temp.h"

#define MAKE(name) close(mkostemp(name, O_CLOEXEC))
TEMP_VICTIM("XXXXXX", MAKE)
