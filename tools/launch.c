/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launch.h"

static volatile pid_t child;

/* Sent to samebits alone: the program is who they are for. */
static const int forwarded[] = { SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGCONT,
				 SIGWINCH };
#define FORWARDED (sizeof(forwarded) / sizeof(*forwarded))

static void forward(int sig, siginfo_t *info, void *context)
{
	int saved = errno;

	(void)context;
	/* From the terminal the whole group has it already. */
	if (child > 0 && info->si_code <= 0)
		kill(child, sig);
	errno = saved;
}

struct dispositions {
	struct sigaction forwarded[FORWARDED], intr, quit, chld;
	sigset_t mask;
};

static void signals_take(struct dispositions *d)
{
	struct sigaction sa = { .sa_sigaction = forward,
				.sa_flags = SA_SIGINFO | SA_RESTART };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction standard = { .sa_handler = SIG_DFL };
	sigset_t all;

	/* Until the child is known and has its own dispositions back: what
	 * arrives in between waits instead of being lost. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &d->mask);
	for (size_t i = 0; i < FORWARDED; i++)
		sigaction(forwarded[i], &sa, &d->forwarded[i]);
	sigaction(SIGINT, &ignore, &d->intr);
	sigaction(SIGQUIT, &ignore, &d->quit);
	/* Inherited as ignored, the kernel would keep no status for us. */
	sigaction(SIGCHLD, &standard, &d->chld);
}

static void signals_give_back(const struct dispositions *d)
{
	for (size_t i = 0; i < FORWARDED; i++)
		sigaction(forwarded[i], &d->forwarded[i], NULL);
	sigaction(SIGINT, &d->intr, NULL);
	sigaction(SIGQUIT, &d->quit, NULL);
	sigaction(SIGCHLD, &d->chld, NULL);
	sigprocmask(SIG_SETMASK, &d->mask, NULL);
}

/* "NAME=a" or "NAME=a:b". */
static char *join(const char *name, const char *a, const char *b)
{
	size_t n = strlen(name) + strlen(a) + (b ? strlen(b) : 0) + 3;
	char *text = malloc(n);

	if (text)
		snprintf(text, n, "%s=%s%s%s", name, a, b && *b ? ":" : "",
			 b && *b ? b : "");
	return text;
}

/* The program's environment: ours in front of the user's preloads. The entries
 * that we add come last, and their length does not depend on the run. */
static char **environment(const struct launch *l)
{
	extern char **environ;
	const char *theirs = getenv("LD_PRELOAD");
	int n = 0, k = 0, ours = 0;
	char **out;

	while (environ[n])
		n++;
	out = calloc((size_t)n + 4, sizeof(*out));
	if (!out)
		return NULL;
	for (int i = 0; i < n; i++)
		if (strncmp(environ[i], "SAMEBITS=", 9) &&
		    (!l->preload || strncmp(environ[i], "LD_PRELOAD=", 11)))
			out[k++] = environ[i];
	ours = k;
	if (l->hash_seed && !getenv("PYTHONHASHSEED"))
		out[k++] = join("PYTHONHASHSEED", l->hash_seed, NULL);
	if (l->preload) {
		out[k++] = join("LD_PRELOAD", l->preload, theirs);
		out[k++] = join("SAMEBITS", l->settings, NULL);
	}
	while (ours < k)
		if (!out[ours++])
			return NULL;
	return out;
}

struct word {
	int kind; /* 1: addresses stay random; 2: exec failed */
	int error;
};

static void tell(int fd, int kind, int error)
{
	struct word w = { kind, error };

	if (write(fd, &w, sizeof(w)) != sizeof(w))
		_exit(125);
}

static void start(const struct launch *l, char **envp, int fd)
{
	if (l->fixed_addresses) {
		int now = personality(0xffffffff);

		if (now < 0 || personality((unsigned long)now |
					   ADDR_NO_RANDOMIZE) < 0)
			tell(fd, 1, errno);
	}
	execve(l->path, l->argv, envp);
	/* As a shell does: a file without #! is a shell's. */
	if (errno == ENOEXEC) {
		int n = 0;
		char **argv;

		while (l->argv[n])
			n++;
		argv = calloc((size_t)n + 2, sizeof(*argv));
		if (argv) {
			argv[0] = (char *)"sh";
			argv[1] = (char *)l->path;
			for (int i = 1; i < n; i++)
				argv[i + 1] = l->argv[i];
			execve("/bin/sh", argv, envp);
		}
	}
	tell(fd, 2, errno);
	_exit(127);
}

static int wait_for(pid_t pid)
{
	int status;

	for (;;) {
		if (waitpid(pid, &status, WUNTRACED) < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (!WIFSTOPPED(status))
			return status;
		/* Stop with it, so that the shell takes the terminal back;
		 * when the shell goes on with us, it goes on too. */
		raise(SIGSTOP);
		kill(pid, SIGCONT);
	}
}

int launch(struct launch *l)
{
	struct dispositions d;
	char **envp = environment(l);
	struct word w;
	int fd[2], status;

	if (!envp)
		return -ENOMEM;
	if (pipe2(fd, O_CLOEXEC))
		return -errno;
	fflush(NULL);
	signals_take(&d);
	child = fork();
	if (child == 0) {
		close(fd[0]);
		signals_give_back(&d);
		start(l, envp, fd[1]);
	}
	close(fd[1]);
	if (child < 0) {
		status = -errno;
		close(fd[0]);
		signals_give_back(&d);
		return status;
	}
	sigprocmask(SIG_SETMASK, &d.mask, NULL);
	while (read(fd[0], &w, sizeof(w)) == sizeof(w)) {
		if (w.kind == 1)
			l->addresses_denied = true;
		else
			l->exec_error = w.error;
	}
	close(fd[0]);
	status = wait_for(child);
	child = 0;
	signals_give_back(&d);
	return status;
}

int launch_finish(int status)
{
	struct rlimit none = { 0, 0 };
	sigset_t set;

	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	/* The program has dumped its core already, if any. */
	setrlimit(RLIMIT_CORE, &none);
	signal(WTERMSIG(status), SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, WTERMSIG(status));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(WTERMSIG(status));
	return 128 + WTERMSIG(status);
}
