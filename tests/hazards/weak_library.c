/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

__attribute__((weak)) int RAND_bytes(unsigned char *buf, int len);
int weak_library_has(void);

int weak_library_has(void)
{
	unsigned char byte;

	return RAND_bytes && RAND_bytes(&byte, 1) == 1;
}

#ifdef BEGINS
static __attribute__((constructor)) void begin(void)
{
	srand((unsigned)rand());
}
#endif
