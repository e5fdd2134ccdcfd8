/* SPDX-License-Identifier: MIT */
#include "hazard.h"

int chosen(void);

static void by_processor(void)
{
	must(chosen() == 2);
}

SCENES({ "by_processor", by_processor })
