/* SPDX-License-Identifier: MIT */
/* The end of writing a file: its times are told (filetime.h). */
#include <errno.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <unistd.h>

#include "call.h"
#include "filetime.h"
#include "output.h"
#include "real.h"
#include "turnfd.h"

/* The stream functions by names of our own: theirs are banned here. */
EXPORT int close_stream(FILE *f) __asm__("fclose");
#include "banned.h"

HOOK(close);
HOOK(dup2);
HOOK(dup3);
HOOK(close_range);
HOOK(closefrom);
HOOK(fcloseall);
HOOK(pclose);
static int (*real_close_stream)(FILE *);
static struct hook hook_close_stream
	__attribute__((section("sb_hook"), used, aligned(8))) = {
		"fclose", (void **)&real_close_stream, (void *)close_stream };

static void closing(int fd, const void *ra)
{
	struct thread *self = filetime_self();

	output_forget(fd);
	if (config.turns)
		turnfd_gone(fd);
	if (self)
		filetime_closing(self, fd, ra);
}

static void copied(int from, int to)
{
	if (config.turns && to >= 0)
		turnfd_copied(from, to);
}

/* Who writes to the old one meanwhile has asked for it again. */
static int replaced(int to)
{
	output_forget(to);
	return to;
}

EXPORT int close(int fd)
{
	closing(fd, __builtin_return_address(0));
	return real_close ? real_close(fd) : sys_result(sys1(SYS_close, fd));
}

EXPORT int dup2(int from, int to)
{
	int ret;

	if (from != to)
		closing(to, __builtin_return_address(0));
	ret = replaced(real_dup2 ? real_dup2(from, to)
				 : sys_result(sys2(SYS_dup2, from, to)));
	copied(from, ret);
	return ret;
}

EXPORT int dup3(int from, int to, int flags)
{
	int ret;

	closing(to, __builtin_return_address(0));
	ret = replaced(real_dup3 ? real_dup3(from, to, flags)
				 : sys_result(sys3(SYS_dup3, from, to,
						   flags)));
	copied(from, ret);
	return ret;
}

/* What is still in its buffer is a change, too. */
EXPORT int close_stream(FILE *f)
{
	struct thread *self = filetime_self();
	int saved = errno, fd;

	if (self && __fwritable(f)) {
		fd = fileno(f);
		if (fd >= 0 && filetime_writable(fd)) {
			fflush(f);
			filetime_closing(self, fd,
					 __builtin_return_address(0));
		}
		errno = saved;
	}
	if (f)
		output_forget(f->_fileno);
	return NEXT(close_stream)(f);
}

EXPORT int close_range(unsigned from, unsigned to, int flags)
{
	output_forget_all();
	return NEXT(close_range)(from, to, flags);
}

EXPORT void closefrom(int from)
{
	output_forget_all();
	NEXT(closefrom)(from);
}

EXPORT int fcloseall(void)
{
	output_forget_all();
	return NEXT(fcloseall)();
}

EXPORT int pclose(FILE *f)
{
	output_forget(f->_fileno);
	return NEXT(pclose)(f);
}

ALIAS(__close, close);
ALIAS(__dup2, dup2);
__asm__(".globl _IO_fclose\n\t.set _IO_fclose, fclose");
