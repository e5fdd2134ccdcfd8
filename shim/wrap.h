/* SPDX-License-Identifier: MIT */
/* What a wrap file does beside its hooks. */
#ifndef SAMEBITS_WRAP_H
#define SAMEBITS_WRAP_H

void dir_bind(void);	 /* what has no row */
/* Its hook for a function of libc's that has no row; NULL: another's. */
void *dir_hook(const void *found);
void memory_start(void); /* overwrites AT_RANDOM */

#endif
