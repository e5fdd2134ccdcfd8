/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "track_file.h"

/* Somebody may have put a new file in its place while we waited. */
static int open_locked(const char *path)
{
	struct stat here, there;

	for (;;) {
		int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC,
			      0666);

		if (fd < 0)
			return -errno;
		while (flock(fd, LOCK_EX))
			if (errno != EINTR) {
				int ret = -errno;

				close(fd);
				return ret;
			}
		if (!fstat(fd, &here) && !stat(path, &there) &&
		    here.st_ino == there.st_ino && here.st_dev == there.st_dev)
			return fd;
		close(fd);
	}
}

static int read_all(struct track_file *f)
{
	struct stat st;

	if (fstat(f->fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	f->text = malloc((size_t)st.st_size + 1);
	if (!f->text)
		return -ENOMEM;
	while (f->size < (size_t)st.st_size) {
		ssize_t n = pread(f->fd, f->text + f->size,
				  (size_t)st.st_size - f->size,
				  (off_t)f->size);

		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		f->size += (size_t)n;
	}
	f->text[f->size] = 0;
	return 0;
}

int track_file_open(struct track_file *f, const char *path)
{
	int ret;

	*f = (struct track_file){ .fd = open_locked(path) };
	ret = f->fd < 0 ? f->fd : read_all(f);
	if (ret)
		track_file_close(f);
	return ret;
}

int track_file_append(struct track_file *f, const char *text, size_t size)
{
	int ret = 0;

	for (size_t done = 0; !ret && done < size;) {
		ssize_t n = write(f->fd, text + done, size - done);

		if (n < 0 && errno != EINTR)
			ret = -errno;
		done += n > 0 ? (size_t)n : 0;
	}
	/* A full disk may show only now. */
	if (!ret && fsync(f->fd))
		ret = -errno;
	if (ret && ftruncate(f->fd, (off_t)f->size))
		ret = -EIO;
	return ret;
}

void track_file_close(struct track_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	free(f->text);
	*f = (struct track_file){ .fd = -1 };
}
