/* SPDX-License-Identifier: MIT */
/* symbols.json: what the frames of a run's stacks mean, looked up where the
 * modules were; for machines that do not have them. */
#ifndef SAMEBITS_KNOWN_SYMBOLS_H
#define SAMEBITS_KNOWN_SYMBOLS_H

/* Looks up every frame of the run, and writes the file into its directory. One
 * that is there stays. 0 or -errno. */
int known_symbols_write(const char *dir);

#endif
