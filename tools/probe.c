/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"

#define LIMIT 20 /* seconds a probe may take */

const char *probe_store;

enum probe_result probe_failed(char *text, size_t size, const char *what,
			       int error)
{
	snprintf(text, size, "%s: %s", what, strerror(error));
	return PROBE_MISSING;
}

static void answer(const struct probe *p, int to)
{
	struct answer a = { 0 };
	int null = open("/dev/null", O_RDWR);

	for (int fd = 0; fd <= 2 && null >= 0; fd++)
		dup2(null, fd);
	signal(SIGALRM, SIG_DFL);
	alarm(LIMIT);
	a.result = p->attempt(a.text, sizeof(a.text));
	_exit(write(to, &a, sizeof(a)) != sizeof(a));
}

static void ended(struct answer *a, int status)
{
	a->result = PROBE_MISSING;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		snprintf(a->text, sizeof(a->text), "no answer in %d s", LIMIT);
	else if (WIFSIGNALED(status))
		snprintf(a->text, sizeof(a->text), "the attempt ended by %s",
			 strsignal(WTERMSIG(status)));
	else
		snprintf(a->text, sizeof(a->text), "the attempt failed");
}

void probe_ask(const struct probe *p, struct answer *a)
{
	int fd[2], status = 0;
	pid_t child;

	a->result = PROBE_MISSING;
	if (pipe2(fd, O_CLOEXEC)) {
		probe_failed(a->text, sizeof(a->text), "pipe", errno);
		return;
	}
	fflush(NULL);
	child = fork();
	if (child == 0)
		answer(p, fd[1]);
	close(fd[1]);
	if (child < 0) {
		probe_failed(a->text, sizeof(a->text), "fork", errno);
	} else {
		bool told = read(fd[0], a, sizeof(*a)) == sizeof(*a);

		waitpid(child, &status, 0);
		if (!told)
			ended(a, status);
	}
	close(fd[0]);
}
