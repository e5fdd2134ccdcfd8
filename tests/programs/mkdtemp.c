/* SPDX-License-Identifier: MIT */
#include "temp.h"

#define MAKE(name) (mkdtemp(name) != name)
TEMP_VICTIM("XXXXXX", MAKE)
