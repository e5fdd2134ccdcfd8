/* SPDX-License-Identifier: MIT */
#include <sys/timeb.h>

#include "victim.h"

const struct facts facts = { .calls = 2, .output = "0\n1893456000\n0\n" };

/* For old objects only: new ones cannot link it by its name. */
int old_ftime(struct timeb *t);
__asm__(".symver old_ftime, ftime@GLIBC_2.2.5");

void victim(void)
{
	struct timeb t;

	emit((uint64_t)old_ftime(&t));
	emit((uint64_t)t.time);
	old_ftime(&t);
	emit(t.millitm);
}
