/* SPDX-License-Identifier: MIT */
/*
 * What would re-enter the program's allocator, stdio or environment locks does
 * not compile inside the shim. Include last.
 */
#ifndef SAMEBITS_BANNED_H
#define SAMEBITS_BANNED_H

#pragma GCC poison malloc calloc realloc strdup sprintf getenv
#ifndef SAMEBITS_HOOKS_ENVIRONMENT /* wrap/environment.c */
#pragma GCC poison setenv putenv unsetenv clearenv
#endif
#ifndef SAMEBITS_HOOKS_STDIO /* wrap/stdio.c, put.c, print.c */
#pragma GCC poison fopen fclose printf fprintf snprintf vfprintf puts fputs
#pragma GCC poison fwrite perror
#endif

#endif
