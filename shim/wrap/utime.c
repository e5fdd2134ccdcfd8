/* SPDX-License-Identifier: MIT */
/* Times that the program sets are shown as it set them; what it calls "now" is
 * the logical now, while the disk gets the kernel's. */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <utime.h>

#include "call.h"
#include "filetime.h"
#include "real.h"
#include "banned.h"

HOOK(utimensat);
HOOK(futimens);
HOOK(utimes);
HOOK(lutimes);
HOOK(futimes);
HOOK(futimesat);
HOOK(utime);

/* From what the program handed over, to the real call, to what is shown. */
static void before(struct thread *self, struct setting *s)
{
	if (self)
		filetime_before(self, s);
}

static int after(struct thread *self, const struct setting *s, int ret)
{
	if (self && ret == 0)
		filetime_after(self, s);
	return ret;
}

EXPORT int utimensat(int dir, const char *path, const struct timespec ts[2],
		     int flags)
{
	struct setting s = { dir, path, flags, ts, 0 };
	struct thread *self = filetime_self();

	before(self, &s);
	return after(self, &s, NEXT(utimensat)(dir, path, ts, flags));
}

EXPORT int futimens(int fd, const struct timespec ts[2])
{
	struct setting s = { fd, NULL, 0, ts, 0 };
	struct thread *self = filetime_self();

	before(self, &s);
	return after(self, &s, NEXT(futimens)(fd, ts));
}

/* The others set both times, and none of them has a word for "now" but NULL:
 * which values they set is read back from the file. */
static const struct timespec given[2];

EXPORT int utimes(const char *path, const struct timeval tv[2])
{
	struct setting s = { AT_FDCWD, path, 0, tv ? given : NULL, 0 };

	return after(filetime_self(), &s, NEXT(utimes)(path, tv));
}

EXPORT int lutimes(const char *path, const struct timeval tv[2])
{
	struct setting s = { AT_FDCWD, path, AT_SYMLINK_NOFOLLOW,
			     tv ? given : NULL, 0 };

	return after(filetime_self(), &s, NEXT(lutimes)(path, tv));
}

EXPORT int futimes(int fd, const struct timeval tv[2])
{
	struct setting s = { fd, NULL, 0, tv ? given : NULL, 0 };

	return after(filetime_self(), &s, NEXT(futimes)(fd, tv));
}

EXPORT int futimesat(int dir, const char *path, const struct timeval tv[2])
{
	struct setting s = { dir, path, 0, tv ? given : NULL, 0 };

	return after(filetime_self(), &s, NEXT(futimesat)(dir, path, tv));
}

EXPORT int utime(const char *path, const struct utimbuf *times)
{
	struct setting s = { AT_FDCWD, path, 0, times ? given : NULL, 0 };

	return after(filetime_self(), &s, NEXT(utime)(path, times));
}
