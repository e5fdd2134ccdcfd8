/* SPDX-License-Identifier: MIT */
/*
 * AddressSanitizer's runtime ends the program unless it is the first object
 * loaded. What it guards against, a preloaded malloc, the shim has not: these
 * are the options that it starts from, before the user's ASAN_OPTIONS.
 */
#include "call.h"
#include "banned.h"

EXPORT const char *__asan_default_options(void);

EXPORT const char *__asan_default_options(void)
{
	return "verify_asan_link_order=0";
}
