/* SPDX-License-Identifier: MIT */
#include "victim.h"

void victim(void)
{
	emit(dlopen("libm.so.6", RTLD_NOW) != NULL);
}
