/* SPDX-License-Identifier: MIT */
/* Blind spots in the code of the objects that a run loaded. */
#ifndef SAMEBITS_OBJECTS_H
#define SAMEBITS_OBJECTS_H

#include "blind.h"

/* What is known of an object costs nothing; others are looked into as long as
 * that takes no more than `patience` seconds, and counted as unseen then.
 * 0 or -ENOMEM. */
int objects_look(struct blinds *blinds, const struct rundir *run,
		 double patience);

#endif
