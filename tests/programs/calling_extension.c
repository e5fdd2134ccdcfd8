/* SPDX-License-Identifier: MIT */
/* As CPython loads one; it calls while it is being loaded, and fails. */
#include <stddef.h>
#include <time.h>

void *PyInit_calling_extension(void);

void *PyInit_calling_extension(void)
{
	for (volatile int i = 0; i < 2; i++)
		time(NULL);
	return NULL;
}
