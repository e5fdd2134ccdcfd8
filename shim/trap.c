/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <sys/prctl.h>

#include "config.h"
#include "log.h"
#include "sys.h"
#include "trap.h"
#include "tsc.h"
#include "banned.h"

bool trap_tsc;

static long refuse_tsc(void)
{
	return sys2(SYS_prctl, PR_SET_TSC, PR_TSC_SIGSEGV);
}

void trap_start(void)
{
	if (config.traps & TRAP_TSC) {
		tsc_claim();
		trap_tsc = refuse_tsc() == 0;
		if (!trap_tsc)
			log_blind("trap", "tsc: the kernel does not refuse "
					  "RDTSC here (prctl PR_SET_TSC); "
					  "programs see the chip's clock");
	}
}

void trap_lend(void)
{
	if (trap_tsc)
		sys2(SYS_prctl, PR_SET_TSC, PR_TSC_ENABLE);
}

void trap_lent(void)
{
	if (trap_tsc)
		refuse_tsc();
}
