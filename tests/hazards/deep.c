/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <sys/random.h>

void deep_draw(unsigned char *bytes, size_t n);

void deep_draw(unsigned char *bytes, size_t n)
{
	if (getrandom(bytes, n, 0) != (ssize_t)n)
		bytes[0] = 0;
}
