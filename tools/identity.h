/* SPDX-License-Identifier: MIT */
/* What a file is, in a word: an object by its build-id, else by its content. */
#ifndef SAMEBITS_IDENTITY_H
#define SAMEBITS_IDENTITY_H

#include <stddef.h>

/* "build-id 3f2a…" or "xxh3 91c0…"; 0 or -errno. */
int object_identity(const char *path, char *out, size_t size);
/* 32 hexadecimal digits (XXH3, 128 bits); 0 or -errno. */
int content_identity(const char *path, char *out, size_t size);

#endif
