/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "output.h"
#include "process.h"
#include "stream.h"
#include "sys.h"
#include "banned.h"

uint8_t output_kept[OUTPUT_KEPT];

/* Where there is no board. */
static uint32_t own[2];

/* Is odd: CLOSED and 0 are nobody's. */
static uint32_t identity(const struct stat *st)
{
	return (uint32_t)mix64(st->st_dev, st->st_ino) | 1;
}
#define CLOSED 2

static uint32_t *streams(void)
{
	return process.board ? process.board->stream : own;
}

/* The first process is alone: nobody comes in between. */
bool output_start(void)
{
	uint32_t *stream = streams();
	bool first = !stream[0];
	struct stat st;

	for (int i = 0; i < 2 && first; i++)
		stream[i] = sys_fstat(i + 1, &st) ? identity(&st) : CLOSED;
	return first;
}

/* Whoever writes to nowhere is told by the number: others use it, too. */
static bool nowhere(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

static enum output kind_of(int fd, const struct stat *st)
{
	const uint32_t *stream = streams();
	uint32_t id = identity(st);
	bool out = stream[0] == id && (!nowhere(st) || fd == 1);
	bool err = stream[1] == id && (!nowhere(st) || fd == 2);

	if (err && (!out || fd == 2))
		return OUTPUT_STDERR;
	if (out)
		return OUTPUT_STDOUT;
	return S_ISREG(st->st_mode) ? OUTPUT_FILE : OUTPUT_NONE;
}

/* A child that shares our memory has descriptors of its own. */
static bool may_keep(int fd)
{
	return (unsigned)fd < OUTPUT_KEPT &&
	       !(process.lent && process_borrowed());
}

void output_opened(int fd, const struct stat *st)
{
	if (may_keep(fd))
		output_kept[fd] = (uint8_t)kind_of(fd, st);
	else
		output_forget(fd);
}

enum output output_ask(int fd)
{
	enum output kind = OUTPUT_NONE;
	struct stat st;

	if (fd < 0 || !process.active)
		return OUTPUT_NONE;
	if (sys_fstat(fd, &st))
		kind = kind_of(fd, &st);
	if (may_keep(fd))
		output_kept[fd] = (uint8_t)kind;
	return kind;
}

void output_forget_all(void)
{
	memset(output_kept, OUTPUT_UNKNOWN, sizeof(output_kept));
}
