/* SPDX-License-Identifier: MIT */
/* Neither cause does anything alone. */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

int main(void)
{
	/* Under control it is 2030, and this lies where it was linked for. */
	int now = time(NULL) < 1893456000;
	int moved = (uintptr_t)main >> 32 != 0x5555;

	printf("%s\n", now && moved ? "both" : "not both");
	return 0;
}
