/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "capture.h"

#define GRACE_MS 200 /* for what others than the program still write */

/* Raw: what the program writes arrives as it is. */
static int open_terminal(struct capture *c, int like)
{
	struct winsize size;
	struct termios mode;
	bool sized = !ioctl(like, TIOCGWINSZ, &size);

	if (tcgetattr(like, &mode))
		return -errno;
	cfmakeraw(&mode);
	if (openpty(&c->master, &c->program, NULL, &mode, sized ? &size : NULL))
		return -errno;
	fcntl(c->master, F_SETFD, FD_CLOEXEC);
	fcntl(c->program, F_SETFD, FD_CLOEXEC);
	return fcntl(c->master, F_SETFL, O_NONBLOCK) ? -errno : 0;
}

int capture_start(struct capture *c, const char *path, int like)
{
	int ret = 0;

	*c = (struct capture){ -1, -1, -1 };
	c->file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
		       0600);
	if (c->file < 0)
		return -errno;
	c->program = c->file;
	if (isatty(like))
		ret = open_terminal(c, like);
	if (ret)
		close(c->file);
	return ret;
}

void capture_parent(struct capture *c)
{
	if (c->master >= 0)
		close(c->program);
	c->program = -1;
}

/* A full disk loses what it loses; the program must not hang for it. */
static void put(int fd, const char *data, ssize_t n)
{
	while (n > 0) {
		ssize_t put = write(fd, data, (size_t)n);

		if (put < 0 && errno != EINTR)
			return;
		data += put > 0 ? put : 0;
		n -= put > 0 ? put : 0;
	}
}

bool capture_drain(struct capture *c)
{
	char block[65536];
	ssize_t n;

	if (c->master < 0)
		return false;
	while ((n = read(c->master, block, sizeof(block))) > 0)
		put(c->file, block, n);
	/* EIO: nobody has the other end open */
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

void capture_end(struct capture *c)
{
	struct pollfd p = { .fd = c->master, .events = POLLIN };

	while (c->master >= 0 && capture_drain(c) && poll(&p, 1, GRACE_MS) > 0)
		;
	if (c->master >= 0)
		close(c->master);
	close(c->file);
	c->master = c->file = -1;
}
