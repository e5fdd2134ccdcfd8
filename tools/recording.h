/* SPDX-License-Identifier: MIT */
/* The recording of a run (shim/event.h: struct sb_tape), made by `run --record`
 * and given back by `replay`. */
#ifndef SAMEBITS_RECORDING_H
#define SAMEBITS_RECORDING_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "reader.h"

/* That of the run that is about to be made. */
struct recording {
	const char *mode;      /* "record" or "replay"; NULL: none */
	uint64_t start, clock; /* when it began: seconds since 1970, and ns */
	uint64_t origin;       /* the same by CLOCK_MONOTONIC, in ns */
	char from[PATH_MAX];   /* replay: the run that was recorded */
	uint64_t kinds;	  /* what is given back, by enum sb_tape_kind; 0: all */
	uint64_t network; /* bytes of other hosts that are kept; 0: none are */
	bool stop;	  /* at the first divergence */
	char **command;	  /* the recorded one, where none was given */
};
extern struct recording recording;

/* Begins one: its clock is the real one from now on. */
void recording_begin(void);
/* For the manifest; null where there is none. */
json_t *recording_json(void);
/* What wanted.replay names is to be given back, with the options that it had,
 * in the same store. An empty argv becomes the recorded one, in the directory
 * where it ran. 0, or a status after saying what is wrong. */
int recording_replay(char ***argv);

/* Where a replay left its recording, with both stacks. False: it did not. */
bool recording_left(FILE *to, const struct rundir *replay);

#endif
