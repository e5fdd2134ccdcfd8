/* SPDX-License-Identifier: MIT */
/*
 * Opening files as streams. libc reads for them by calls of its own, which
 * nobody can stand in front of. A stream on a device of entropy is therefore
 * made by fopencookie(3), with reads that come back to ours, and keeps the
 * descriptor: fileno(3) gives it, and what the program does to it counts.
 */
#define SAMEBITS_HOOKS_STDIO
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "call.h"
#include "device.h"
#include "output.h"
#include "procfs.h"
#include "real.h"
#include "wrap.h"
#include "banned.h"

HOOK(fopen);
HOOK(fdopen);
HOOK(freopen);

/* Who opened the stream on a descriptor: the reads count as his, as they come
 * from within libc. */
#define OPENERS 256
static struct opener {
	void *ret, *frame;
} openers[OPENERS];

static ssize_t cookie_read(void *cookie, char *buf, size_t len)
{
	int fd = (int)(intptr_t)cookie;
	struct opener by = { CALLER };

	if (fd < OPENERS)
		by = openers[fd];
	return read_from(fd, buf, len, by.ret, by.frame);
}

static ssize_t cookie_write(void *cookie, const char *buf, size_t len)
{
	ssize_t n = write((int)(intptr_t)cookie, buf, len);

	return n < 0 ? 0 : n; /* fopencookie(3): 0 is the error */
}

static int cookie_seek(void *cookie, off64_t *at, int whence)
{
	off64_t to = lseek((int)(intptr_t)cookie, *at, whence);

	*at = to;
	return to < 0 ? -1 : 0;
}

static int cookie_close(void *cookie)
{
	return close((int)(intptr_t)cookie);
}

/* A stream on fd; NULL: no memory. */
static FILE *make(int fd, const char *mode, void *ret, void *frame)
{
	const cookie_io_functions_t io = { cookie_read, cookie_write,
					   cookie_seek, cookie_close };
	FILE *f = fopencookie((void *)(intptr_t)fd, mode, io);

	if (!f)
		return NULL;
	f->_fileno = fd;
	/* libc leaves an address there that faults, and freopen follows it. */
	f->_wide_data = NULL;
	if (fd < OPENERS)
		openers[fd] = (struct opener){ ret, frame };
	return f;
}

/* What the stream's opener gets of this device: a call without an event. */
static bool forced(struct source *row, void *ret, void *frame)
{
	struct call c;
	enum sb_policy policy = call_begin(&c, row, ret, frame);

	/* Real reads inside libc are not seen: the opening stands for them. */
	if (policy == SB_OBSERVE)
		call_end(&c, 0, 0);
	return policy == SB_FORCE;
}

/* Ours in the place of libc's, on the same descriptor. */
static FILE *replace(FILE *f, const char *mode, void *ret, void *frame)
{
	FILE *ours = make(fileno(f), mode, ret, frame);

	if (ours) {
		f->_fileno = -1; /* its end leaves the descriptor alone */
		fclose(f);
	}
	return ours;
}

/* A stream that was just opened on a device of this row. */
static FILE *serve(FILE *f, struct source *row, const char *mode, void *ret,
		   void *frame)
{
	FILE *ours = f;

	if (forced(row, ret, frame))
		ours = replace(f, mode, ret, frame);
	if (ours)
		return ours;
	call_blind("not-forced", row,
		   " stayed real: no memory for a stream");
	return f;
}

static int flags_of(const char *mode)
{
	if (strchr(mode, '+'))
		return O_RDWR;
	return *mode == 'r' ? O_RDONLY : O_WRONLY;
}

EXPORT FILE *fopen(const char *restrict path, const char *restrict mode)
{
	char real[PROCFS_PATH];
	const char *at = procfs_path(path, real);
	FILE *f = NEXT(fopen)(at, mode);
	struct source *row;

	if (!f)
		return NULL;
	if (at != path) /* nothing was read yet; the descriptor stays */
		procfs_opened(fileno(f), path,
			      strchr(mode, 'e') ? O_CLOEXEC : 0);
	row = file_opened(fileno(f), path, flags_of(mode), CALLER);
	return row ? serve(f, row, mode, CALLER) : f;
}

EXPORT FILE *fdopen(int fd, const char *mode)
{
	FILE *f = NEXT(fdopen)(fd, mode);
	struct source *row = NULL;

	if (f && device_seen && flags_of(mode) != O_WRONLY)
		row = device_row(fd);
	return row ? serve(f, row, mode, CALLER) : f;
}

static void fill(void *self, char *file, size_t len)
{
	call_draw(self, STREAM_ENTROPY, file, len);
}

/* The program may go on with the stream that it gave: it stays libc's, and gets
 * a file of random bytes to read. One that ends. */
#define BOUNDED (1u << 20)

static void bound(int fd, struct source *row, void *ret, void *frame)
{
	struct call c;
	bool done;

	if (call_begin(&c, row, ret, frame) != SB_FORCE) {
		call_end(&c, 0, 0);
		return;
	}
	done = device_put(fd, BOUNDED, fill, c.self) == 0;
	call_end(&c, 0, done ? BOUNDED : 0);
	if (done)
		call_blind("bounded", row,
			   ": a reopened stream ends after a megabyte");
	else
		call_blind("not-forced", row,
			   " stayed real: no file could be made for a stream");
}

EXPORT FILE *freopen(const char *restrict path, const char *restrict mode,
		     FILE *restrict stream)
{
	char real[PROCFS_PATH];
	struct source *row = NULL;
	FILE *f;

	output_forget(stream->_fileno);
	f = NEXT(freopen)(procfs_path(path, real), mode, stream);
	if (f)
		row = file_opened(fileno(f), path ? path : "", flags_of(mode),
				  CALLER);
	if (row)
		bound(fileno(f), row, CALLER);
	return f;
}

/* Inside a program that was built with ThreadSanitizer: it is not ready to
 * allocate before the program's own start. */
extern void __tsan_init(void) __attribute__((weak));

/* Nobody opened it here: the program as a whole is who reads. */
void stdio_start(bool early)
{
	static bool done;
	void *program = (void *)getauxval(AT_ENTRY);
	struct source *row = device_seen && !done ? device_row(0) : NULL;
	FILE *ours;

	if (!row || (early && __tsan_init))
		return;
	done = true;
	ours = forced(row, program, NULL) ? make(0, "r", program, NULL) : NULL;
	if (ours)
		stdin = ours;
}

ALIAS(fopen64, fopen);
ALIAS(_IO_fopen, fopen);
ALIAS(_IO_fdopen, fdopen);
ALIAS(freopen64, freopen);
