/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "jsonfile.h"

int jsonfile_write(const char *path, const json_t *j, size_t flags)
{
	char beside[PATH_MAX + 16];
	int ret;

	snprintf(beside, sizeof(beside), "%s.%d", path, (int)getpid());
	errno = 0;
	ret = json_dump_file(j, beside, flags);
	if (ret)
		ret = errno ? -errno : -EIO;
	else if (rename(beside, path))
		ret = -errno;
	if (ret)
		unlink(beside);
	return ret;
}

int jsonfile_write_in(const char *dir, const char *name, const json_t *j,
		      size_t flags)
{
	char path[PATH_MAX];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >=
	    sizeof(path))
		return -ENAMETOOLONG;
	return jsonfile_write(path, j, flags);
}
