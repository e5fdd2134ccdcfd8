/* SPDX-License-Identifier: MIT */
/* Chooses its code by what the processor can do, while it is relocated. */
#include <sys/auxv.h>

int chosen(void);

static int plain(void)
{
	return 1;
}

static int fast(void)
{
	return 2;
}

__attribute__((used)) static int (*choose(void))(void)
{
	return getauxval(AT_HWCAP) && getauxval(AT_PAGESZ) == 4096 ? fast
								   : plain;
}

__attribute__((ifunc("choose"))) static int code(void);

int chosen(void)
{
	return code();
}
