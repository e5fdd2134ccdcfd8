/* SPDX-License-Identifier: MIT */
/* One line on a terminal that says how far a long piece of work is. Nothing
 * where stderr is none. */
#ifndef SAMEBITS_PROGRESS_H
#define SAMEBITS_PROGRESS_H

#include <stddef.h>

/* `what` ("run", "blame") and how many there will be; 0: not known. */
void progress_start(const char *what, size_t of);
/* So many are done, so many are wanted in all now. */
void progress_set(size_t done, size_t of);
/* Time has passed. */
void progress_tick(void *unused);
/* Erases the line for something else to be said; it comes again. */
void progress_hide(void);
/* Erases the line. */
void progress_end(void);

#endif
