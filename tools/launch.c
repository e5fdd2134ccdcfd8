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
#include "tmpns.h"

static volatile pid_t child;

/* Where interpreters take the seed of their hash tables' order from. */
static const char *const hashes[] = { "PYTHONHASHSEED", "PERL_HASH_SEED" };
#define HASHES (sizeof(hashes) / sizeof(*hashes))

/* Sent to samebits alone: the program is who they are for. */
static const int forwarded[] = { SIGTERM, SIGINT,  SIGQUIT, SIGHUP,  SIGUSR1,
				 SIGUSR2, SIGCONT, SIGTSTP, SIGTTIN, SIGTTOU,
				 SIGWINCH };
#define FORWARDED (sizeof(forwarded) / sizeof(*forwarded))

static void forward(int sig, siginfo_t *info, void *context)
{
	int saved = errno;

	(void)context;
	/* From the terminal the whole group has it already; we end or stop
	 * when the program does. */
	if (child > 0 && info->si_code <= 0)
		kill(child, sig);
	errno = saved;
}

struct dispositions {
	struct sigaction forwarded[FORWARDED], chld;
	sigset_t mask;
};

static void signals_take(struct dispositions *d)
{
	struct sigaction sa = { .sa_sigaction = forward,
				.sa_flags = SA_SIGINFO | SA_RESTART };
	struct sigaction standard = { .sa_handler = SIG_DFL };
	sigset_t all;

	/* Until the child is known and has its own dispositions back: what
	 * arrives in between waits instead of being lost. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &d->mask);
	for (size_t i = 0; i < FORWARDED; i++)
		sigaction(forwarded[i], &sa, &d->forwarded[i]);
	/* Inherited as ignored, the kernel would keep no status for us. */
	sigaction(SIGCHLD, &standard, &d->chld);
}

static void signals_give_back(const struct dispositions *d)
{
	for (size_t i = 0; i < FORWARDED; i++)
		sigaction(forwarded[i], &d->forwarded[i], NULL);
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

struct environment {
	char **vector;
	int theirs, n; /* the first ones are not ours to free */
};

static void environment_free(struct environment *e)
{
	while (e->n > e->theirs)
		free(e->vector[--e->n]);
	free(e->vector);
}

/* The user's variables without those that ours replace; 0 or -ENOMEM. */
static int environment_copy(struct environment *e, bool preload)
{
	extern char **environ;
	int n = 0;

	*e = (struct environment){ 0 };
	while (environ[n])
		n++;
	e->vector = calloc((size_t)n + HASHES + 3, sizeof(*e->vector));
	if (!e->vector)
		return -ENOMEM;
	for (int i = 0; i < n; i++)
		if (strncmp(environ[i], "SAMEBITS=", 9) &&
		    (!preload || strncmp(environ[i], "LD_PRELOAD=", 11)))
			e->vector[e->theirs++] = environ[i];
	e->n = e->theirs;
	return 0;
}

/* The program's environment: ours in front of the user's preloads. The entries
 * that we add come last, and their length does not depend on the run. */
static int environment_make(struct environment *e, const struct launch *l)
{
	int ret = environment_copy(e, l->preload);

	if (ret)
		return ret;
	for (size_t i = 0; l->hash_seed && i < HASHES; i++)
		if (!getenv(hashes[i]))
			e->vector[e->n++] = join(hashes[i], l->hash_seed, NULL);
	if (l->preload) {
		e->vector[e->n++] = join("LD_PRELOAD", l->preload,
					 getenv("LD_PRELOAD"));
		e->vector[e->n++] = join("SAMEBITS", l->settings, NULL);
	}
	for (int i = e->theirs; i < e->n; i++)
		if (!e->vector[i])
			ret = -ENOMEM;
	return ret;
}

struct word {
	int kind; /* 1: addresses stay random; 2: exec failed; 3: no /tmp */
	int error;
	const char *what; /* of a copy of us: the address is good here too */
};

static void tell(int fd, int kind, int error, const char *what)
{
	struct word w = { kind, error, what };

	if (write(fd, &w, sizeof(w)) != sizeof(w))
		_exit(125);
}

/* As a shell does: a file without #! is a shell's. */
static void start_script(const struct launch *l, char **envp)
{
	char **argv;
	int n = 0;

	while (l->argv[n])
		n++;
	argv = calloc((size_t)n + 2, sizeof(*argv));
	if (!argv)
		return;
	argv[0] = (char *)"sh";
	argv[1] = (char *)l->path;
	for (int i = 1; i < n; i++)
		argv[i + 1] = l->argv[i];
	execve("/bin/sh", argv, envp);
}

static void make_private(const struct launch *l, int fd)
{
	const char *failed;
	int ret = tmpns_enter(l->keep, &failed);

	if (!ret)
		return;
	tell(fd, 3, -ret, failed);
	_exit(125);
}

static void start(const struct launch *l, char **envp, int fd)
{
	if (l->keep)
		make_private(l, fd);
	if (l->fixed_addresses) {
		int now = personality(0xffffffff);

		if (now < 0 || personality((unsigned long)now |
					   ADDR_NO_RANDOMIZE) < 0)
			tell(fd, 1, errno, NULL);
	}
	execve(l->path, l->argv, envp);
	if (errno == ENOEXEC && !l->elf)
		start_script(l, envp);
	tell(fd, 2, errno, NULL);
	_exit(127);
}

/* A shell takes its terminal back when its job stops, and we are the job.
 * Elsewhere nobody would wake us when the program goes on. */
static void stop_too(void)
{
	int fd = open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return;
	close(fd);
	raise(SIGSTOP);
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
		stop_too();
	}
}

/* What the child has to say before its exec. */
static void listen_to(struct launch *l, int fd)
{
	struct word w;

	while (read(fd, &w, sizeof(w)) == sizeof(w)) {
		if (w.kind == 1)
			l->addresses_denied = true;
		else if (w.kind == 2)
			l->exec_error = w.error;
		else
			l->tmp_denied = w.what, l->tmp_error = w.error;
	}
}

static int launch_with(struct launch *l, char **envp)
{
	struct dispositions d;
	int fd[2], status;

	if (pipe2(fd, O_CLOEXEC))
		return -errno;
	fflush(NULL);
	signals_take(&d);
	child = fork();
	if (child == 0) {
		close(fd[0]);
		signals_give_back(&d);
		sigaction(SIGXFSZ, &l->file_size, NULL);
		start(l, envp, fd[1]);
	}
	status = child < 0 ? -errno : 0;
	close(fd[1]);
	if (child > 0) {
		sigprocmask(SIG_SETMASK, &d.mask, NULL);
		listen_to(l, fd[0]);
		status = wait_for(child);
	}
	close(fd[0]);
	child = 0;
	signals_give_back(&d);
	return status;
}

int launch(struct launch *l)
{
	struct environment e;
	int ret = environment_make(&e, l);

	if (ret == 0)
		ret = launch_with(l, e.vector);
	environment_free(&e);
	return ret;
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
