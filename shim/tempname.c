/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "call.h"
#include "sys.h"
#include "tempname.h"
#include "banned.h"

#define LENGTH 6
#define ATTEMPTS (62 * 62 * 62) /* as many as glibc makes */

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTU"
			      "VWXYZ0123456789";

static void spell(char *out, uint64_t n)
{
	for (int i = 0; i < LENGTH; i++, n /= 62)
		out[i] = letters[n % 62];
}

static long attempt(enum tempname kind, const char *name, int flags)
{
	struct stat st;
	long ret;

	switch (kind) {
	case TEMPNAME_FILE:
		return sys4(SYS_openat, AT_FDCWD, name,
			    (flags & ~O_ACCMODE) | O_RDWR | O_CREAT | O_EXCL,
			    0600);
	case TEMPNAME_DIRECTORY:
		return sys3(SYS_mkdirat, AT_FDCWD, name, 0700);
	case TEMPNAME_UNUSED:
		break;
	}
	ret = sys2(SYS_lstat, name, &st);
	return ret == 0 ? -EEXIST : ret == -ENOENT ? 0 : ret;
}

static long search(struct thread *self, enum tempname kind, char *name,
		   char *at, int flags)
{
	uint64_t first;
	long ret = -EEXIST;

	call_draw(self, STREAM_TEMP, &first, sizeof(first));
	for (unsigned i = 0; i < ATTEMPTS && ret == -EEXIST; i++) {
		spell(at, i ? mix64(first, i) : first);
		ret = attempt(kind, name, flags);
	}
	return ret;
}

long tempname(struct thread *self, enum tempname kind, char *template,
	      int suffix, int flags)
{
	size_t len = strlen(template);
	char *at = template + len - LENGTH - suffix;

	if (suffix < 0 || len < LENGTH + (size_t)suffix ||
	    strspn(at, "X") < LENGTH)
		return -EINVAL;
	return search(self, kind, template, at, flags);
}

long tempname_again(struct thread *self, char *name)
{
	return search(self, TEMPNAME_UNUSED, name,
		      name + strlen(name) - LENGTH, 0);
}
