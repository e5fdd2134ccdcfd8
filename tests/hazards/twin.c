/* SPDX-License-Identifier: MIT */
/* Stands for libcrypto: one of its functions leaves by a jump to the other. */
#include <stddef.h>
#include <string.h>

int RAND_bytes(unsigned char *buf, int len);
int RAND_bytes_ex(void *context, unsigned char *buf, size_t len,
		  unsigned strength);

int RAND_bytes_ex(void *context, unsigned char *buf, size_t len,
		  unsigned strength)
{
	(void)context;
	(void)strength;
	memset(buf, TWIN, len);
	return 1;
}

int RAND_bytes(unsigned char *buf, int len)
{
	return RAND_bytes_ex(NULL, buf, (size_t)len, 0);
}
