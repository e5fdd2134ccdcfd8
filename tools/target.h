/* SPDX-License-Identifier: MIT */
/* The program to run: where it is, and whether preloading can reach it. */
#ifndef SAMEBITS_TARGET_H
#define SAMEBITS_TARGET_H

#include <limits.h>
#include <stdbool.h>

struct target {
	char path[PATH_MAX];   /* what is executed */
	char binary[PATH_MAX]; /* its ELF object: a script's interpreter */
	bool elf;	       /* binary is one */
	const char *obstacle;  /* why the shim cannot be in it; NULL: it can */
	const char *cure;
};

/* 0, or the exit status (126, 127) after saying why. */
int target_find(struct target *t, const char *program);

#endif
