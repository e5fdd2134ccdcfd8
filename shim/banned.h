/* SPDX-License-Identifier: MIT */
/*
 * What would re-enter the program's allocator, stdio or environment locks does
 * not compile inside the shim. Include last.
 */
#ifndef SAMEBITS_BANNED_H
#define SAMEBITS_BANNED_H

#pragma GCC poison malloc calloc realloc strdup printf fprintf snprintf sprintf
#pragma GCC poison vfprintf puts fputs fopen fclose getenv setenv putenv perror

#endif
