/* SPDX-License-Identifier: MIT */
/* What wrap files do at start-up and for each other, beside their hooks. */
#ifndef SAMEBITS_WRAP_H
#define SAMEBITS_WRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

void memory_start(void); /* overwrites AT_RANDOM */
/* Replaces stdin, where it is a device of entropy. Early, for std::cin takes it
 * before the program starts, and once more for whom that was too early. */
void stdio_start(bool early);

/*
 * CPython looked this name up, and found it: what to give it instead; NULL: it
 * is none of a module in which programs seed. ra: who looks.
 */
void *seeding_found(const char *name, void *found, const void *ra);
/* The same for modules within the interpreter, before it starts: the address of
 * its PyImport_Inittab; NULL: it is not there. */
void seeding_start(void **inittab);

/* The same for all modules: found is what it found. */
void seeding_loading(const void *found, const void *ra);
/* PyTorch drew a seed that it will give to a generator. */
void torch_drawn(uint64_t seed);

/* read(2) for the caller whose place is (ret, frame), as for call_begin(). */
ssize_t read_from(int fd, void *buf, size_t len, void *ret, void *frame);

/*
 * Every way to open a file by name comes here once it is open, with the flags
 * of open(2). fd: -1 where it could not be opened. As device_opened(), it
 * returns the row of a device of entropy that can be read, else NULL.
 */
struct source *file_opened(int fd, const char *path, int flags, void *ret,
			   void *frame);

#endif
