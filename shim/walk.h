/* SPDX-License-Identifier: MIT */
/*
 * ftw(3) and nftw(3), each directory in order (dir.h). libc's own read
 * directories inside, where no hook reaches; this one does what ftw(3) and
 * POSIX say, and where they leave it open what glibc does.
 */
#ifndef SAMEBITS_WALK_H
#define SAMEBITS_WALK_H

#define _XOPEN_SOURCE_EXTENDED 1
#include <ftw.h>
#include <stdint.h>

/* What is called for each file: one of the two. */
struct walk_call {
	__ftw_func_t ftw;
	__nftw_func_t nftw;
};

/* descriptors: how many to hold open at most. 0, what the program's function
 * ended it with, or -1 and errno. *digest: of the paths in their order. */
int walk_tree(const char *root, struct walk_call call, int descriptors,
	      int flags, uint64_t *digest);

#endif
