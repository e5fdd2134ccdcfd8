/* SPDX-License-Identifier: MIT */
/* Threads that start programs and read what these print, from two pipes. How
 * often they have to ask is chance. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>

#include "stress.h"

extern char **environ;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static uint64_t order;

static pid_t begin(int out[2], int err[2])
{
	char *argv[] = { "sh", "-c", "echo a; echo b >&2; echo c", NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid;

	check(!pipe2(out, O_CLOEXEC) && !pipe2(err, O_CLOEXEC), "pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	posix_spawn_file_actions_adddup2(&actions, err[1], 2);
	check(!posix_spawn(&pid, "/bin/sh", &actions, NULL, argv, environ),
	      "spawn");
	posix_spawn_file_actions_destroy(&actions);
	close(out[1]);
	close(err[1]);
	check(!fcntl(out[0], F_SETFL, O_NONBLOCK), "flags");
	check(!fcntl(err[0], F_SETFL, O_NONBLOCK), "flags");
	return pid;
}

static void take(struct pollfd *p, size_t *bytes)
{
	char text[64];
	ssize_t n;

	if (!p->revents)
		return;
	while ((n = read(p->fd, text, sizeof(text))) > 0)
		*bytes += (size_t)n;
	if (n < 0)
		return;
	close(p->fd);
	p->fd = -1;
}

static void job(void)
{
	struct pollfd p[2] = { { .events = POLLIN }, { .events = POLLIN } };
	int out[2], err[2], status;
	pid_t pid = begin(out, err);
	size_t bytes = 0;

	p[0].fd = out[0];
	p[1].fd = err[0];
	while (p[0].fd >= 0 || p[1].fd >= 0) {
		check(poll(p, 2, -1) > 0 || errno == EINTR, "poll");
		take(&p[0], &bytes);
		take(&p[1], &bytes);
	}
	check(bytes == 6, "bytes");
	check(waitpid(pid, &status, 0) == pid && !status, "child");
}

static void *work(void *arg)
{
	for (int i = 0; i < 8; i++) {
		job();
		check(!pthread_mutex_lock(&m), "lock");
		order = mix(order, (uint64_t)(intptr_t)arg);
		check(!pthread_mutex_unlock(&m), "unlock");
	}
	return arg;
}

int main(void)
{
	race(work);
	printf("%016llx\n", (unsigned long long)order);
	return 0;
}
