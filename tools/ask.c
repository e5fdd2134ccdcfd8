/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ask.h"

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* In a session of its own: a key pressed for the program is not for it. */
static int start(char *const *argv, int out, pid_t *pid)
{
	extern char **environ;
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none;
	int ret;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&how);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, 1);
	posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSID |
					       POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&how, &none);
	ret = posix_spawnp(pid, argv[0], &files, &how, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&how);
	return -ret;
}

static int grow(char **text, size_t *room, size_t used)
{
	char *more;

	if (*room - used > 4096)
		return 0;
	*room = *room ? *room * 2 : 65536;
	more = realloc(*text, *room);
	if (!more)
		return -ENOMEM;
	*text = more;
	return 0;
}

static int read_all(int fd, long until, size_t most, char **text, size_t *size)
{
	size_t room = 0;

	for (;;) {
		struct pollfd p = { fd, POLLIN, 0 };
		long left = until - now_ms();
		ssize_t n;
		int ret = grow(text, &room, *size);

		if (ret)
			return ret;
		if (left <= 0 || poll(&p, 1, (int)left) == 0)
			return -ETIME;
		n = read(fd, *text + *size, room - *size - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return 0;
		*size += (size_t)n;
		if (*size > most)
			return -EFBIG;
	}
}

static int end(pid_t pid, bool kill_it)
{
	int status;

	if (kill_it)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -EIO;
}

int ask(char *const *argv, unsigned ms, size_t most, char **text, size_t *size)
{
	long until = now_ms() + ms;
	int fd[2], ret, ended;
	pid_t pid;

	*text = NULL;
	*size = 0;
	if (pipe2(fd, O_CLOEXEC))
		return -errno;
	ret = start(argv, fd[1], &pid);
	close(fd[1]);
	if (!ret) {
		ret = read_all(fd[0], until, most, text, size);
		ended = end(pid, ret != 0);
		if (!ret)
			ret = ended;
	}
	close(fd[0]);
	if (ret) {
		free(*text);
		*text = NULL;
	} else {
		(*text)[*size] = 0;
	}
	return ret;
}
