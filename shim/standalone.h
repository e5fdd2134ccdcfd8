/* SPDX-License-Identifier: MIT */
/*
 * Without a launcher: LD_PRELOAD=…/libsamebits.so SAMEBITS=seed=42,store=DIR.
 * What a launcher does before it starts the program is done here by the
 * program's first image, which then starts itself anew, once: addresses and the
 * seeds of hash tables are settled before a program's first instruction.
 */
#ifndef SAMEBITS_STANDALONE_H
#define SAMEBITS_STANDALONE_H

#include <stdbool.h>

/* Is this image the one to do it? After the settings were read. */
bool standalone(void);
/* Makes the run. Returns where the program could not be started anew, and says
 * on stderr what the user got wrong: nobody else would. */
void standalone_start(char **argv, char **envp);
/* Once there is a log, in the run's first process, started in either way: what
 * of this stayed uncontrolled. */
void standalone_report(void);

#endif
