/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

extern char **environ;

int main(void)
{
	size_t n = 0;

	for (char **e = environ; *e; e++)
		n += strlen(*e);
	printf("%zu\n", n); /* planted */
	return 0;
}
