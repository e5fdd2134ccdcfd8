/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../shim/event.h"
#include "launch.h"
#include "pidns.h"
#include "tmpns.h"

static volatile pid_t child;
static struct pidns namespace;

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
	 * when the program does. Only of a hang-up it tells its session's
	 * leader alone. */
	if (child > 0 && (info->si_code <= 0 ||
			  (sig == SIGHUP && getsid(0) == getpid())))
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
static int environment_copy(struct environment *e, const struct launch *l)
{
	extern char **environ;
	size_t n = 0;

	*e = (struct environment){ 0 };
	while (environ[n])
		n++;
	e->vector = calloc(n + l->variables->n + 3, sizeof(*e->vector));
	if (!e->vector)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], "SAMEBITS=", 9) &&
		    (!l->preload || strncmp(environ[i], "LD_PRELOAD=", 11)) &&
		    !variables_replace(l->variables, environ[i]))
			e->vector[e->theirs++] = environ[i];
	e->n = e->theirs;
	return 0;
}

/* The program's environment: ours in front of the user's preloads. The entries
 * that we add come last, and their length does not depend on the run. */
static int environment_make(struct environment *e, const struct launch *l)
{
	int ret = environment_copy(e, l);

	if (ret)
		return ret;
	for (size_t i = 0; i < l->variables->n; i++)
		e->vector[e->n++] = strdup(l->variables->set[i]);
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

/* What the processes that stand between us and the program's end say. */
struct word {
	enum {
		STARTED,   /* by the program itself, before its exec */
		ADDRESSES, /* value: errno; they stay random */
		NO_TMP,	   /* value: errno; what: of making it */
		FAILED,	   /* value: errno of fork or exec */
		STOPPED,
		TERMINAL,  /* it shall be our group's again */
		ENDED,	   /* value: wait status */
	} kind;
	int value;
	const char *what; /* of a copy of us: the address is good here too */
};

static void tell(int fd, int kind, int value, const char *what)
{
	struct word w = { kind, value, what };

	if (send(fd, &w, sizeof(w), MSG_NOSIGNAL) != sizeof(w))
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
	tell(fd, NO_TMP, -ret, failed);
	_exit(125);
}

static _Noreturn void start(const struct launch *l, char **envp, int fd)
{
	if (l->keep)
		make_private(l, fd);
	if (l->fixed_addresses) {
		int now = personality(0xffffffff);

		if (now < 0 || personality((unsigned long)now |
					   ADDR_NO_RANDOMIZE) < 0)
			tell(fd, ADDRESSES, errno, NULL);
	}
	execve(l->path, l->argv, envp);
	if (errno == ENOEXEC && !l->elf)
		start_script(l, envp);
	tell(fd, FAILED, errno, NULL);
	_exit(127);
}

/* A shell among the program's processes ends and cannot name our group. */
static void take_terminal(void)
{
	int fd = open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY);
	sigset_t ttou, mask;

	if (fd < 0)
		return;
	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	sigprocmask(SIG_BLOCK, &ttou, &mask);
	tcsetpgrp(fd, getpgrp());
	sigprocmask(SIG_SETMASK, &mask, NULL);
	close(fd);
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

static _Noreturn void become(const struct launch *l, char **envp, int fd,
			     const struct dispositions *d)
{
	tell(fd, STARTED, 0, NULL);
	signals_give_back(d);
	sigaction(SIGXFSZ, &l->file_size, NULL);
	start(l, envp, fd);
}

static int next_signal(void)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SB_TERMINAL_BACK);
	while ((sig = sigwaitinfo(&set, NULL)) < 0)
		;
	return sig;
}

static void tell_state(int fd, pid_t pid)
{
	int status;

	if (waitpid(pid, &status, WUNTRACED | WNOHANG) != pid)
		return;
	tell(fd, WIFSTOPPED(status) ? STOPPED : ENDED, status, NULL);
	if (!WIFSTOPPED(status))
		_exit(0);
}

/* The program's parent in its namespace, all signals blocked: it only tells
 * what becomes of its child. */
static _Noreturn void stand_between(const struct launch *l, char **envp,
				    int fd, const struct dispositions *d)
{
	pid_t pid = fork();

	if (pid == 0)
		become(l, envp, fd, d);
	if (pid < 0)
		tell(fd, FAILED, errno, NULL);
	if (fd)
		close_range(0, (unsigned)fd - 1, 0);
	close_range((unsigned)fd + 1, ~0u, 0);
	while (pid > 0)
		if (next_signal() == SB_TERMINAL_BACK)
			tell(fd, TERMINAL, 0, NULL);
		else
			tell_state(fd, pid);
	_exit(0);
}

static void wait_for_words(int fd, unsigned ms)
{
	struct timeval limit = { 0, ms * 1000 };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

/* What is not worth it for short runs; then without a limit. */
static void wait_longer(struct launch *l, int fd)
{
	wait_for_words(fd, 0);
	if (l->later)
		l->later(l->arg);
	errno = EAGAIN;
}

/* False: nobody is left to say anything. */
static bool hear(struct launch *l, int fd, struct word *w, pid_t *sender)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct iovec part = { w, sizeof(*w) };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	struct ucred who;
	ssize_t n;

	do {
		n = recvmsg(fd, &m, 0);
		if (n < 0 && errno == EAGAIN)
			wait_longer(l, fd);
	} while (n < 0 && (errno == EINTR || errno == EAGAIN));
	if (n != sizeof(*w) || m.msg_controllen < sizeof(control.head))
		return false;
	memcpy(&who, CMSG_DATA(&control.head), sizeof(who));
	*sender = who.pid; /* its number among ours */
	return true;
}

/* Until all have ended, or executed the program, that could say something.
 * Returns the program's wait status, or -1 where nobody told it. */
static int listen_to(struct launch *l, int fd, const sigset_t *mask)
{
	struct word w;
	pid_t sender;
	int status = -1;

	wait_for_words(fd, LAUNCH_LATER_MS);
	while (hear(l, fd, &w, &sender)) {
		switch (w.kind) {
		case STARTED:
			child = sender;
			sigprocmask(SIG_SETMASK, mask, NULL);
			break;
		case ADDRESSES:
			l->addresses_denied = true;
			break;
		case NO_TMP:
			l->tmp_denied = w.what;
			l->tmp_error = w.value;
			break;
		case FAILED:
			l->exec_error = w.value;
			break;
		case STOPPED:
			stop_too();
			break;
		case TERMINAL:
			take_terminal();
			break;
		case ENDED:
			child = 0;
			status = w.value;
			break;
		}
	}
	return status;
}

/* As fork(); in the namespace a process between tells how the program ends. */
static pid_t fork_program(struct launch *l, char **envp, const int fd[2],
			  const struct dispositions *d)
{
	pid_t pid;

	namespace = (struct pidns){ .user = l->user_namespace };
	pid = l->apart ? pidns_fork(&namespace) : fork();
	l->refused = namespace.refused;
	if (pid)
		return pid < 0 && !l->apart ? -errno : pid;
	close(fd[0]);
	if (l->apart)
		stand_between(l, envp, fd[1], d);
	become(l, envp, fd[1], d);
}

static int launch_with(struct launch *l, char **envp)
{
	struct dispositions d;
	int fd[2], status, told = -1, on = 1;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) ||
	    setsockopt(fd[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)))
		return -errno;
	fflush(NULL);
	signals_take(&d);
	status = pid = fork_program(l, envp, fd, &d);
	close(fd[1]);
	if (pid > 0) {
		if (l->early)
			l->early(l->arg);
		told = listen_to(l, fd[0], &d.mask);
		status = wait_for(pid);
	}
	close(fd[0]);
	child = 0;
	signals_give_back(&d);
	return told < 0 ? status : told;
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

	pidns_end(&namespace);
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
