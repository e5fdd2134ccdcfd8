/* SPDX-License-Identifier: MIT */
#include "victim.h"

void victim(void)
{
	emit(dlsym(RTLD_DEFAULT, "getenv") != NULL);
}
