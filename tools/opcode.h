/* SPDX-License-Identifier: MIT */
/*
 * Instructions that reach entropy, clocks or the kernel past libc.
 *
 * All start with 0x0f: a search for two bytes finds every place that may hold
 * one, at memory speed. Most are parts of other instructions, so each place is
 * confirmed by decoding from where a function starts.
 */
#ifndef SAMEBITS_OPCODE_H
#define SAMEBITS_OPCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum opcode {
	OPCODE_NONE, /* a part of something else */
	OPCODE_RDRAND,
	OPCODE_RDSEED,
	OPCODE_RDTSC,
	OPCODE_RDTSCP,
	OPCODE_RDPID,
	OPCODE_SYSCALL,
};

const char *opcode_name(enum opcode opcode);

/* Calls found(offset, arg) for each place in order; stops where it returns
 * nonzero, and returns that. */
typedef int opcode_found(size_t offset, void *arg);
int opcode_search(const uint8_t *code, size_t size, opcode_found *found,
		  void *arg);

struct sweep {
	const uint8_t *code;
	size_t size, at;
	unsigned valid; /* instructions decoded since the last that is none */
	int64_t number; /* of a system call, in eax; -1: not known */
	unsigned age;	/* instructions since it was put there */
};

/*
 * What is at `place`, when code is decoded from `start`. Places must come in
 * order: a sweep goes on where it is. `sure`: code is known to begin there;
 * else what cannot be decoded on the way makes it data.
 */
enum opcode opcode_at(struct sweep *sweep, size_t start, size_t place,
		      bool sure);

#endif
