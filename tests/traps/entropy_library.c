/* SPDX-License-Identifier: MIT */
/* A library that draws by itself; with KEYS, one of cryptography. */
#include <stdint.h>

#ifdef KEYS
__attribute__((used)) static const char mark[] = "OpenSSL 3.0.0";
#endif

uint64_t entropy_draw(void);
uint64_t entropy_draw(void)
{
	uint64_t n;
	unsigned char some;

	do
		__asm__ volatile("rdrand %0; setc %1"
				 : "=&r"(n), "=q"(some)
				 :
				 : "cc");
	while (!some);
	return n;
}
