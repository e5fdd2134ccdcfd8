/* SPDX-License-Identifier: MIT */
/* RDTSC and RDTSCP, refused by the kernel: wrap/tsc.c serves them. */
#ifndef SAMEBITS_TSC_H
#define SAMEBITS_TSC_H

void tsc_claim(void); /* takes SIGSEGV */

#endif
