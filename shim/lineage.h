/* SPDX-License-Identifier: MIT */
/*
 * Logical names. Process: "0", or of rank 3 of several "3"; its n-th child made
 * by thread t: "P/t.n"; rank 3, where P started the ranks: "P/R3" (rank.h).
 * Thread: "0" is a process's first, "T.n" the n-th that thread T created. A
 * name is a text for people and a 64-bit hash for keys; the hash goes on where
 * a very deep text is cut.
 */
#ifndef SAMEBITS_LINEAGE_H
#define SAMEBITS_LINEAGE_H

#include <stdbool.h>
#include <stdint.h>

uint64_t lineage_root(const char *path);
bool lineage_is_root(const char *path);
/* Writes the n-th child's path; returns its hash. */
uint64_t lineage_process(char *out, int size, const char *parent,
			 uint64_t parent_hash, const char *thread, uint64_t n);
uint64_t lineage_thread(char *out, int size, const char *parent,
			uint64_t parent_hash, uint64_t n);

#endif
