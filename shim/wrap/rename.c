/* SPDX-License-Identifier: MIT */
/* Other names for files: what a run leaves behind is often written under one
 * and then renamed. No sources. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "call.h"
#include "opened.h"
#include "banned.h"

HOOK(rename);
HOOK(renameat);
HOOK(renameat2);
HOOK(link);
HOOK(linkat);

static int done(int ret, int from_dir, const char *from, int to_dir,
		const char *to)
{
	if (ret == 0)
		opened_renamed(from_dir, from, to_dir, to);
	return ret;
}

EXPORT int rename(const char *from, const char *to)
{
	return done(NEXT(rename)(from, to), AT_FDCWD, from, AT_FDCWD, to);
}

EXPORT int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return done(NEXT(renameat)(from_dir, from, to_dir, to), from_dir, from,
		    to_dir, to);
}

EXPORT int renameat2(int from_dir, const char *from, int to_dir, const char *to,
		     unsigned flags)
{
	return done(NEXT(renameat2)(from_dir, from, to_dir, to, flags),
		    from_dir, from, to_dir, to);
}

EXPORT int link(const char *from, const char *to)
{
	return done(NEXT(link)(from, to), AT_FDCWD, from, AT_FDCWD, to);
}

EXPORT int linkat(int from_dir, const char *from, int to_dir, const char *to,
		  int flags)
{
	return done(NEXT(linkat)(from_dir, from, to_dir, to, flags), from_dir,
		    from, to_dir, to);
}
