/* SPDX-License-Identifier: MIT */
/* Names of temporary files: libc draws them from entropy of its own. */
#undef _FILE_OFFSET_BITS /* the names with 64 are aliases, below */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "call.h"
#include "tempname.h"
#include "wrap.h"
#include "banned.h"

/* Programs that still call them are warned of these. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#define ROW(fn, text) \
	SOURCE(fn, .group = "temp", .policy = SB_FORCE, .doc = text)

ROW(mkstemp, "a new temporary file");
ROW(mkostemp, "a new temporary file, with flags");
ROW(mkstemps, "a new temporary file, with a suffix");
ROW(mkostemps, "a new temporary file, with flags and a suffix");
ROW(mkdtemp, "a new temporary directory");
ROW(mktemp, "a name that no file has");
ROW(tmpnam, "a name in /tmp that no file has");
ROW(tmpnam_r, "a name in /tmp that no file has");
ROW(tempnam, "a name in a directory that no file has");
SOURCE(tmpfile, .group = "temp", .policy = SB_OBSERVE,
       .doc = "a new temporary file without a name");

/* Of a template that was filled in, or not. */
static int end(struct call *c, const char *name, int ret)
{
	call_end(c, ret < 0 ? 0 : digest_string(name), 0);
	return ret;
}

/* The same of an open file. */
static int end_file(struct call *c, const char *name, int fd)
{
	file_opened(fd, name, O_RDWR, NULL, NULL);
	return end(c, name, fd);
}

static int make(struct call *c, char *template, int suffix, int flags)
{
	return sys_result(tempname(c->self, TEMPNAME_FILE, template, suffix,
				   flags));
}

EXPORT int mkstemp(char *template)
{
	struct call c;
	bool force = CALL(&c, mkstemp) == SB_FORCE;

	return end_file(&c, template, force ? make(&c, template, 0, 0)
				       : real_mkstemp(template));
}

EXPORT int mkostemp(char *template, int flags)
{
	struct call c;
	bool force = CALL(&c, mkostemp) == SB_FORCE;

	return end_file(&c, template, force ? make(&c, template, 0, flags)
				       : real_mkostemp(template, flags));
}

EXPORT int mkstemps(char *template, int suffix)
{
	struct call c;
	bool force = CALL(&c, mkstemps) == SB_FORCE;

	return end_file(&c, template, force ? make(&c, template, suffix, 0)
				       : real_mkstemps(template, suffix));
}

EXPORT int mkostemps(char *template, int suffix, int flags)
{
	struct call c;
	bool force = CALL(&c, mkostemps) == SB_FORCE;

	return end_file(&c, template,
		   force ? make(&c, template, suffix, flags)
			 : real_mkostemps(template, suffix, flags));
}

EXPORT char *mkdtemp(char *template)
{
	struct call c;
	int ret;

	if (CALL(&c, mkdtemp) == SB_FORCE)
		ret = sys_result(tempname(c.self, TEMPNAME_DIRECTORY, template,
					  0, 0));
	else
		ret = real_mkdtemp(template) ? 0 : -1;
	return end(&c, template, ret) < 0 ? NULL : template;
}

EXPORT char *mktemp(char *template)
{
	struct call c;

	if (CALL(&c, mktemp) != SB_FORCE)
		real_mktemp(template);
	else if (sys_result(tempname(c.self, TEMPNAME_UNUSED, template, 0,
				     0)) < 0)
		*template = 0;
	end(&c, template, *template ? 0 : -1);
	return template;
}

/* Where a name may lie is libc's to say; NULL: it found none. */
static char *again(struct call *c, bool force, char *name)
{
	int ret = name ? 0 : -1;

	if (force && name)
		ret = sys_result(tempname_again(c->self, name));
	end(c, name, ret);
	return ret < 0 ? NULL : name;
}

EXPORT char *tmpnam(char out[L_tmpnam])
{
	struct call c;
	bool force = CALL(&c, tmpnam) == SB_FORCE;

	return again(&c, force, real_tmpnam(out));
}

EXPORT char *tmpnam_r(char out[L_tmpnam])
{
	struct call c;
	bool force = CALL(&c, tmpnam_r) == SB_FORCE;

	return again(&c, force, real_tmpnam_r(out));
}

EXPORT char *tempnam(const char *dir, const char *prefix)
{
	struct call c;
	bool force = CALL(&c, tempnam) == SB_FORCE;

	return again(&c, force, real_tempnam(dir, prefix));
}

EXPORT FILE *tmpfile(void)
{
	struct call c;
	FILE *f;

	CALL(&c, tmpfile);
	f = real_tmpfile();
	call_end(&c, f != NULL, 0);
	return f;
}

ALIAS(mkstemp64, mkstemp);
ALIAS(mkostemp64, mkostemp);
ALIAS(mkstemps64, mkstemps);
ALIAS(mkostemps64, mkostemps);
ALIAS(tmpfile64, tmpfile);
