/* SPDX-License-Identifier: MIT */
/* Where libsamebits.so is: beside the binary, or where it was installed. */
#ifndef SAMEBITS_SHIM_H
#define SAMEBITS_SHIM_H

#include <stddef.h>

#include "../shim/source.h"

int shim_find(char *path, size_t size); /* 0 or -errno */
/* Visits the rows of that very object; 0 or -errno. */
int shim_sources(source_visit *visit, void *arg);

/* What the object exports by this name; NULL: it cannot be loaded. */
void *shim_symbol(const char *name);

#endif
