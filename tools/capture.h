/* SPDX-License-Identifier: MIT */
/*
 * Where a program's stdout or stderr goes: into a file, by way of a
 * pseudo-terminal where it would have had a terminal, as programs write
 * differently to those.
 */
#ifndef SAMEBITS_CAPTURE_H
#define SAMEBITS_CAPTURE_H

#include <stdbool.h>

struct capture {
	int file;    /* what is captured goes here */
	int program; /* for the program: the file itself, or the terminal */
	int master;  /* our end of the terminal; -1: none */
};

/* `like`: the descriptor of ours that the program would have had. 0 or -errno;
 * capture_end() is due where it is 0. */
int capture_start(struct capture *c, const char *path, int like);
/* In the parent once the program has its end. */
void capture_parent(struct capture *c);
/* Reads what is there; false: nothing more will come. */
bool capture_drain(struct capture *c);
/* Reads what is still there after the program's end, and closes. */
void capture_end(struct capture *c);

#endif
