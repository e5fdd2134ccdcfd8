/* SPDX-License-Identifier: MIT */
/*
 * --trap=vdso: calls of the kernel's object that skip libc, as Go's runtime
 * makes them. Its functions get a jump to ours in front; who calls is served by
 * the table that system calls have. libc's own reads of the time end there,
 * too, and become real system calls.
 */
#ifndef SAMEBITS_VDSO_H
#define SAMEBITS_VDSO_H

void vdso_start(void);

#endif
