/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"

#define BUFFER (256 << 10)

static char *volatile pending;

static void give_up(int sig)
{
	if (pending)
		unlink(pending);
	signal(sig, SIG_DFL);
	raise(sig);
}

static void watch(char *beside)
{
	static const int ends[] = { SIGHUP, SIGINT, SIGTERM, SIGPIPE };
	struct sigaction sa = { .sa_handler = give_up }, old;

	pending = beside;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (!sigaction(ends[i], NULL, &old) &&
		    old.sa_handler == SIG_DFL)
			sigaction(ends[i], &sa, NULL);
}

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
	watch(beside);
	permit(fd);
	close(fd);
	return beside;
}

int output_settle(char *beside, const char *path, bool failed)
{
	int ret = 0;

	if (!failed && rename(beside, path))
		ret = -errno;
	if (failed || ret)
		unlink(beside);
	pending = NULL;
	free(beside);
	return ret;
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
	int ret = o->to ? finish(o->to) : 0, settled = 0;

	if (o->beside)
		settled = output_settle(o->beside, o->path, failed || ret);
	*o = (struct output){ 0 };
	return ret ? ret : settled;
}
