/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"

/* Files in memory: neither side waits for the other, as at pipes. */
static int memory(const char *content)
{
	int fd = memfd_create("samebits", MFD_CLOEXEC);
	size_t left = content ? strlen(content) : 0;

	while (fd >= 0 && left) {
		ssize_t n = write(fd, content, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			close(fd);
			return -errno;
		}
		content += n;
		left -= (size_t)n;
	}
	if (fd >= 0)
		lseek(fd, 0, SEEK_SET);
	return fd < 0 ? -errno : fd;
}

static char *content(int fd)
{
	struct stat st;
	char *text = fstat(fd, &st) ? NULL : malloc((size_t)st.st_size + 1);
	ssize_t n;

	if (!text)
		return NULL;
	n = pread(fd, text, (size_t)st.st_size, 0);
	text[n > 0 ? n : 0] = 0;
	return text;
}

static int spawn(pid_t *pid, const char *const argv[], const int fd[3])
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none;
	int ret;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	sigemptyset(&none);
	sigaddset(&none, SIGPIPE);
	posix_spawnattr_setsigdefault(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	for (int i = 0; i < 3; i++)
		posix_spawn_file_actions_adddup2(&actions, fd[i], i);
	ret = posix_spawnp(pid, argv[0], &actions, &attr, (char **)argv,
			   environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return -ret;
}

static int run(struct child *c, const char *const argv[], const int fd[3])
{
	int status, ret;
	pid_t pid;

	ret = spawn(&pid, argv, fd);
	if (ret == -ENOENT) {
		c->status = 127;
		ret = 0;
	} else if (!ret) {
		while (waitpid(pid, &status, 0) < 0)
			if (errno != EINTR)
				return -errno;
		c->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
						: WEXITSTATUS(status);
	}
	c->out = content(fd[1]);
	c->err = content(fd[2]);
	return ret ? ret : c->out && c->err ? 0 : -ENOMEM;
}

int child_run(struct child *c, const char *const argv[], const char *input)
{
	int fd[3], ret = 0;

	*c = (struct child){ 0 };
	for (int i = 0; i < 3; i++) {
		fd[i] = memory(i ? NULL : input);
		if (fd[i] < 0)
			ret = fd[i];
	}
	if (!ret)
		ret = run(c, argv, fd);
	for (int i = 0; i < 3; i++)
		if (fd[i] >= 0)
			close(fd[i]);
	return ret;
}

void child_free(struct child *c)
{
	free(c->out);
	free(c->err);
	*c = (struct child){ 0 };
}
