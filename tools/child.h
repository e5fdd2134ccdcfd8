/* SPDX-License-Identifier: MIT */
/* A program that is given a text and says something. */
#ifndef SAMEBITS_CHILD_H
#define SAMEBITS_CHILD_H

struct child {
	char *out, *err; /* what it wrote; never NULL after child_run() gave 0 */
	int status;	 /* as a shell shows it; 127: there is no such program */
};

/* Looked for in PATH. input: its stdin; NULL: it is empty. 0 or -errno; a
 * program that fails is no failure of this. child_free() is due in any case. */
int child_run(struct child *c, const char *const argv[], const char *input);
void child_free(struct child *c);

#endif
