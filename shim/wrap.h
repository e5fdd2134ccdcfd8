/* SPDX-License-Identifier: MIT */
/* What a wrap file does at start-up, beside its hooks. */
#ifndef SAMEBITS_WRAP_H
#define SAMEBITS_WRAP_H

void dir_bind(void);	 /* what has no row */
void memory_start(void); /* overwrites AT_RANDOM */

#endif
