/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"

#define BUFFER (256 << 10)

/* As open(2) would have made it. */
static int permit(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	return fchmod(fd, 0666 & ~mask);
}

char *output_beside(const char *path)
{
	char *beside;
	int fd;

	if (asprintf(&beside, "%s.XXXXXX", path) < 0) {
		errno = ENOMEM;
		return NULL;
	}
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0) {
		int saved = errno;

		free(beside);
		errno = saved;
		return NULL;
	}
	permit(fd);
	close(fd);
	return beside;
}

static int open_file(struct output *o)
{
	struct stat st;
	const char *name = o->path;

	/* A device or a pipe cannot be replaced. */
	if (stat(o->path, &st) || S_ISREG(st.st_mode)) {
		name = o->beside = output_beside(o->path);
		if (!name)
			return -errno;
	}
	o->to = fopen(name, "we");
	return o->to ? 0 : -errno;
}

int output_open(struct output *o, const char *path)
{
	int ret = 0;

	*o = (struct output){ .path = path };
	if (!strcmp(path, "-"))
		o->to = stdout;
	else
		ret = open_file(o);
	if (ret == 0 && o->to != stdout)
		setvbuf(o->to, NULL, _IOFBF, BUFFER);
	return ret;
}

static int finish(FILE *to)
{
	int ret = ferror(to) ? -EIO : 0;

	errno = 0;
	if (to == stdout ? fflush(to) : fclose(to))
		return errno ? -errno : -EIO;
	return ret;
}

int output_close(struct output *o, bool failed)
{
	int ret = o->to ? finish(o->to) : 0;

	if (o->beside && !failed && ret == 0 && rename(o->beside, o->path))
		ret = -errno;
	if (o->beside && (failed || ret))
		unlink(o->beside);
	free(o->beside);
	*o = (struct output){ 0 };
	return ret;
}
