/* SPDX-License-Identifier: MIT */
#include "temp.h"

/* The linker warns of it, rightly. */

#define MAKE(name) (mktemp(name) != name || !*name)
TEMP_VICTIM("XXXXXX", MAKE)
