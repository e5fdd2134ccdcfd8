/* SPDX-License-Identifier: MIT */
/* What is written, by where it goes. The hooks that lead here are in write.c,
 * put.c, print.c, wide.c and read.c. No sources: what comes out of a run. */
#include "call.h"
#include "written.h"
#include "banned.h"

#define ROW(id, text, ...)                                                     \
	SOURCE_ROW(id, .group = SB_OUTPUT, .policy = SB_OBSERVE, .written = 1, \
		   .doc = text " written", __VA_ARGS__)

ROW(stdout, "the run's standard output", .unlocked = 1);
/* An interpreter that fails writes there, whoever has its lock. */
ROW(stderr, "the run's standard error", .unlocked = 0);
ROW(file, "any other regular file", .unlocked = 1);

struct source *const written_row[] = {
	[OUTPUT_STDOUT] = &src_stdout,
	[OUTPUT_STDERR] = &src_stderr,
	[OUTPUT_FILE] = &src_file,
};

void written_bytes(enum output to, void *ret, void *frame, const void *buf,
		   ssize_t n)
{
	size_t len = n > 0 ? (size_t)n : 0;

	written(to, ret, frame, digest_of(buf, len), len);
}

void written_unseen(enum output to, void *ret, void *frame, ssize_t n)
{
	written(to, ret, frame, 0, n > 0 ? (uint64_t)n : 0);
}
