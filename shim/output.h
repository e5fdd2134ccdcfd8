/* SPDX-License-Identifier: MIT */
/*
 * What a descriptor writes to: the run's own standard output or error, whoever
 * has them and under whatever number, or a file. Pipes between processes,
 * sockets and devices are none of these.
 *
 * It is asked of the kernel once, and kept by number until a hook closes or
 * replaces the descriptor, so that streams cost no system call.
 */
#ifndef SAMEBITS_OUTPUT_H
#define SAMEBITS_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

enum output {
	OUTPUT_UNKNOWN, /* not asked yet */
	OUTPUT_NONE,
	OUTPUT_STDOUT,
	OUTPUT_STDERR,
	OUTPUT_FILE,
};

#define OUTPUT_KEPT 1024 /* descriptors that are remembered */
extern uint8_t output_kept[OUTPUT_KEPT];

enum output output_ask(int fd);

static inline enum output output_of(int fd)
{
	if (__builtin_expect((unsigned)fd < OUTPUT_KEPT, 1)) {
		enum output kept = output_kept[fd];

		if (__builtin_expect(kept != OUTPUT_UNKNOWN, 1))
			return kept;
	}
	return output_ask(fd);
}

/* It was just opened. */
void output_opened(int fd, const struct stat *st);

/* It is, or was just, closed or replaced. */
static inline void output_forget(int fd)
{
	if ((unsigned)fd < OUTPUT_KEPT)
		output_kept[fd] = OUTPUT_UNKNOWN;
}

void output_forget_all(void);

/* At an image's start. True: it is the run's first, whose standard output and
 * error are the run's. */
bool output_start(void);

#endif
