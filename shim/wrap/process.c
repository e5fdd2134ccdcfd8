/* SPDX-License-Identifier: MIT */
/* New processes: they get their logical names, and keep the shim. */
#include <alloca.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wordexp.h>

#include "call.h"
#include "heard.h"
#include "ltime.h"
#include "output.h"
#include "pids.h"
#include "real.h"
#include "registers.h"
#include "stack.h"
#include "trap.h"
#include "turn.h"
#include "banned.h"

#define ROW(fn, text) \
	SOURCE(fn, .group = "process", .policy = SB_OBSERVE, .doc = text)

ROW(fork, "a copy of the process");
ROW(_Fork, "a copy of the process, without handlers");
ROW(daemon, "goes on in the background");
ROW(posix_spawn, "a new program");
ROW(posix_spawnp, "a new program, by PATH");
ROW(execve, "another program in this process");
ROW(execv, "another program in this process");
ROW(execvp, "another program in this process");
ROW(execvpe, "another program in this process");
ROW(execl, "another program in this process");
ROW(execlp, "another program in this process");
ROW(execle, "another program in this process");
ROW(fexecve, "another program in this process");
ROW(execveat, "another program in this process");
ROW(system, "a shell command");
ROW(popen, "a shell command with a pipe");
ROW(wordexp, "shell words, with commands in them");
ROW(wait, "end of a child");
ROW(waitpid, "end of a child");
ROW(waitid, "end of a child");
SOURCE(wait3, .group = "process", .policy = SB_FORCE,
       .doc = "end of a child, with its resource use");
SOURCE(wait4, .group = "process", .policy = SB_FORCE,
       .doc = "end of a child, with its resource use");
ROW(_exit, "ends the process at once");

SOURCE_ROW(vfork, .group = "process", .policy = SB_OBSERVE,
	   .doc = "a child that borrows our memory");
ROW(clone, "a raw thread or process");

/* A program that is started gets the processors that turns took away, and the
 * instructions that traps did. */
static void lend(void)
{
	if (turn_pinned())
		turn_unpin();
	trap_lend();
}

static void lent(void)
{
	trap_lent();
	if (turn_pinned())
		turn_pin();
}

/* What is shown as the number of the child that this thread announced last. */
static pid_t born(pid_t pid)
{
	return pid > 0 && thread_me ? pids_born(thread_me->child.slot, pid)
				    : pid;
}

EXPORT pid_t fork(void)
{
	struct call c;
	pid_t pid;

	CALL(&c, fork);
	pid = real_fork(); /* pthread_atfork handlers do the rest */
	call_end(&c, pid > 0, 0);
	return born(pid);
}

EXPORT pid_t _Fork(void)
{
	struct call c;
	pid_t pid;

	if (CALL(&c, _Fork) == SB_PASS)
		return real__Fork();
	process_fork_prepare();
	pid = real__Fork();
	if (pid == 0) {
		stack_forget();
		process_fork_child();
	} else {
		process_fork_parent();
	}
	call_end(&c, pid > 0, 0);
	return born(pid);
}

EXPORT int daemon(int nochdir, int noclose)
{
	struct call c;
	int ret;

	CALL(&c, daemon);
	call_end(&c, 0, 0); /* the caller ends inside, its child returns */
	ret = real_daemon(nochdir, noclose);
	output_forget_all(); /* its standard streams are others now */
	return ret;
}

/* In the parent, from jump.S, which goes on to libc's vfork; true: makes the
 * child itself, and asks for the result. */
bool samebits_before_vfork(void *ret, void *frame);
bool samebits_before_vfork(void *ret, void *frame)
{
	struct call c;

	process.lent = true;
	if (call_begin(&c, &src_vfork, ret, frame) == SB_PASS)
		return false;
	process_announce();
	call_end(&c, 1, 0);
	return config.pids_virtual;
}

int samebits_after_vfork(long ret);
int samebits_after_vfork(long ret)
{
	return born(sys_result(ret));
}

/* The child starts in fn, on a stack of its own, and never comes back to this
 * frame. One with memory of its own finds out at its first call. */
EXPORT int clone(int (*fn)(void *), void *stack, int flags, void *arg, ...)
{
	bool apart = !(flags & CLONE_THREAD);
	void *tls, *child;
	struct call c;
	pid_t *parent;
	va_list ap;
	int pid;

	va_start(ap, arg);
	parent = va_arg(ap, pid_t *);
	tls = va_arg(ap, void *);
	child = va_arg(ap, void *);
	va_end(ap);
	process.lent |= apart && flags & CLONE_VM;
	if (CALL(&c, clone) == SB_PASS)
		return real_clone(fn, stack, flags, arg, parent, tls, child);
	if (apart)
		process_announce();
	call_end(&c, (uint64_t)flags, 0);
	pid = real_clone(fn, stack, flags, arg, parent, tls, child);
	if (apart)
		pid = born(pid);
	if (apart && pid > 0 && flags & CLONE_PARENT_SETTID)
		*parent = pid;
	return pid;
}

/*
 * Replaces the image, with our variables put back into `envp`. A vfork child
 * borrows its parent's memory: it logs nothing.
 */
#define EXEC_BODY(fn, what, envp, ...)                                         \
	struct environment own, *e = &own;                                     \
	bool borrowed;                                                         \
	struct call c;                                                         \
	int ret;                                                               \
                                                                               \
	if (!process.active)                                                   \
		return REAL(__VA_ARGS__, envp);                                \
	borrowed = process_borrowed();                                         \
	if (borrowed) {                                                        \
		e = environment_lasting(&own);                                 \
	} else {                                                               \
		CALL(&c, fn);                                                  \
		call_end(&c, digest_string(what), 0);                          \
	}                                                                      \
	e->vector = alloca((size_t)environment_size(envp) * sizeof(char *));   \
	environment_make(e, envp, borrowed, what);                             \
	lend();                                                                 \
	ret = REAL(__VA_ARGS__, e->vector);                                    \
	lent();                                                                 \
	environment_undo(borrowed);                                            \
	return ret

/*
 * The same by number. What was made ready lies on the caller's stack, or in
 * memory that lasts: the kernel copies it before it drops the image.
 */
long exec_call(struct registers *r, const struct caller *by)
{
	bool at = r->nr == SYS_execveat, borrowed;
	const char *path = (const char *)(at ? ARG(r, 2) : ARG(r, 1));
	long *envp = at ? &ARG(r, 4) : &ARG(r, 3);
	struct environment own, *e = &own;
	struct call c;
	long ret;

	if (!process.active)
		return registers_go_on(r);
	borrowed = process_borrowed();
	if (borrowed) {
		e = environment_lasting(&own);
	} else {
		call_begin(&c, at ? &src_execveat : &src_execve, by->ret,
			   by->frame);
		call_end(&c, path ? digest_string(path) : 0, 0);
	}
	e->vector = alloca((size_t)environment_size((char **)*envp) *
			   sizeof(char *));
	environment_make(e, (char **)*envp, borrowed, path);
	*envp = (long)e->vector;
	lend();
	ret = registers_go_on(r);
	lent();
	environment_undo(borrowed);
	return ret;
}

EXPORT int execve(const char *path, char *const argv[], char *const envp[])
{
#define REAL real_execve
	EXEC_BODY(execve, path, envp, path, argv);
}

EXPORT int execv(const char *path, char *const argv[])
{
	EXEC_BODY(execv, path, environ, path, argv);
#undef REAL
}

EXPORT int execvpe(const char *file, char *const argv[], char *const envp[])
{
#define REAL real_execvpe
	EXEC_BODY(execvpe, file, envp, file, argv);
}

EXPORT int execvp(const char *file, char *const argv[])
{
	EXEC_BODY(execvp, file, environ, file, argv);
#undef REAL
}

EXPORT int fexecve(int fd, char *const argv[], char *const envp[])
{
#define REAL real_fexecve
	EXEC_BODY(fexecve, "a descriptor", envp, fd, argv);
#undef REAL
}

#define EXECVEAT(fd, path, argv, flags, envp)                                  \
	real_execveat(fd, path, argv, envp, flags)

EXPORT int execveat(int fd, const char *path, char *const argv[],
		    char *const envp[], int flags)
{
#define REAL(a, b, c, d, e) EXECVEAT(a, b, c, d, e)
	EXEC_BODY(execveat, path, envp, fd, path, argv, flags);
#undef REAL
}

/* The arguments of execl and its like as a vector on the stack. */
#define VECTOR(argv, first, last)                                              \
	char **argv;                                                           \
	int n = 1;                                                             \
	va_list ap;                                                            \
                                                                               \
	va_start(ap, first);                                                   \
	while (va_arg(ap, char *))                                             \
		n++;                                                           \
	va_end(ap);                                                            \
	argv = alloca(((size_t)n + 1) * sizeof(char *));                       \
	va_start(ap, first);                                                   \
	argv[0] = (char *)first;                                               \
	for (int i = 1; i <= n; i++)                                           \
		argv[i] = va_arg(ap, char *);                                  \
	last;                                                                  \
	va_end(ap)

EXPORT int execl(const char *path, const char *first, ...)
{
	VECTOR(argv, first, (void)0);
#define REAL real_execve
	EXEC_BODY(execl, path, environ, path, argv);
}

EXPORT int execle(const char *path, const char *first, ...)
{
	char **envp;

	VECTOR(argv, first, envp = va_arg(ap, char **));
	EXEC_BODY(execle, path, envp, path, argv);
#undef REAL
}

EXPORT int execlp(const char *file, const char *first, ...)
{
	VECTOR(argv, first, (void)0);
#define REAL real_execvpe
	EXEC_BODY(execlp, file, environ, file, argv);
#undef REAL
}

#define SPAWN_BODY(fn)                                                         \
	struct environment e;                                                  \
	struct call c;                                                         \
	pid_t made;                                                            \
	int ret;                                                               \
                                                                               \
	if (CALL(&c, fn) == SB_PASS)                                           \
		return real_##fn(pid, file, actions, attr, argv, envp);        \
	process_announce();                                                    \
	e.vector = alloca((size_t)environment_size(envp) * sizeof(char *));    \
	environment_make(&e, envp, true, file);                                \
	lend();                                                                 \
	ret = real_##fn(&made, file, actions, attr, argv, e.vector);           \
	lent();                                                                 \
	if (ret)                                                               \
		environment_undo(true);                                        \
	else                                                                   \
		made = born(made);                                             \
	if (!ret && pid)                                                       \
		*pid = made;                                                   \
	call_end(&c, (uint64_t)ret, 0);                                        \
	return ret

EXPORT int posix_spawn(pid_t *restrict pid, const char *restrict file,
		       const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *restrict attr,
		       char *const argv[restrict], char *const envp[restrict])
{
	SPAWN_BODY(posix_spawn);
}

EXPORT int posix_spawnp(pid_t *restrict pid, const char *restrict file,
			const posix_spawn_file_actions_t *actions,
			const posix_spawnattr_t *restrict attr,
			char *const argv[restrict],
			char *const envp[restrict])
{
	SPAWN_BODY(posix_spawnp);
}

/* system() and popen() spawn inside libc, from `environ`: our variables are
 * put there for that long. One at a time. */
static int environ_lock;

static char **environ_swap(char **vector)
{
	char **old;

	while (__atomic_exchange_n(&environ_lock, 1, __ATOMIC_ACQUIRE))
		sys0(SYS_sched_yield);
	old = environ;
	environ = vector;
	return old;
}

static void environ_restore(char **old)
{
	environ = old;
	__atomic_store_n(&environ_lock, 0, __ATOMIC_RELEASE);
}

/* INT and QUIT are ignored while any shell runs: the first of several callers
 * keeps what was, the last puts it back. */
static struct {
	int lock, callers;
	struct sigaction intr, quit;
} shells;

static void shells_lock(void)
{
	while (__atomic_exchange_n(&shells.lock, 1, __ATOMIC_ACQUIRE))
		sys0(SYS_sched_yield);
}

static void shells_unlock(void)
{
	__atomic_store_n(&shells.lock, 0, __ATOMIC_RELEASE);
}

static void shell_enter(sigset_t *defaults)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigemptyset(defaults);
	shells_lock();
	if (!shells.callers++) {
		sigaction(SIGINT, &ignore, &shells.intr);
		sigaction(SIGQUIT, &ignore, &shells.quit);
	}
	if (shells.intr.sa_handler != SIG_IGN)
		sigaddset(defaults, SIGINT);
	if (shells.quit.sa_handler != SIG_IGN)
		sigaddset(defaults, SIGQUIT);
	shells_unlock();
}

static void shell_leave(void)
{
	shells_lock();
	if (!--shells.callers) {
		sigaction(SIGINT, &shells.intr, NULL);
		sigaction(SIGQUIT, &shells.quit, NULL);
	}
	shells_unlock();
}

/* Its caller was cancelled: the shell must not outlive it. */
static void shell_cancelled(void *arg)
{
	const pid_t *pid = arg;

	sys2(SYS_kill, *pid, SIGKILL);
	while (real_waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
		;
	shell_leave();
}

static int shell_wait(pid_t pid)
{
	int status = -1;

	turn_leave("a shell");
	pthread_cleanup_push(shell_cancelled, &pid);
	while (real_waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	pthread_cleanup_pop(0);
	turn_return();
	if (thread_me)
		ltime_join(thread_me, process_clock_of(pid));
	return status;
}

/* As POSIX has it: CHLD blocked too. */
static int run_shell(const char *command, char **envp)
{
	char *const argv[] = { "sh", "-c", "--", (char *)command, NULL };
	sigset_t chld, mask, defaults;
	posix_spawnattr_t attr;
	int status, ret;
	pid_t pid;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, &mask);
	shell_enter(&defaults);

	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &mask);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF |
						POSIX_SPAWN_SETSIGMASK);
	lend();
	ret = real_posix_spawn(&pid, "/bin/sh", NULL, &attr, argv, envp);
	lent();
	posix_spawnattr_destroy(&attr);
	status = ret ? 127 << 8 : shell_wait(pid);
	shell_leave();
	sigprocmask(SIG_SETMASK, &mask, NULL);
	if (ret)
		errno = ret;
	return status;
}

EXPORT int system(const char *command)
{
	struct environment e;
	struct call c;
	int ret;

	if (CALL(&c, system) == SB_PASS || !command)
		return real_system(command);
	process_announce();
	e.vector = alloca((size_t)environment_size(environ) * sizeof(char *));
	environment_make(&e, environ, true, "/bin/sh");
	ret = run_shell(command, e.vector);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

EXPORT int wordexp(const char *restrict words, wordexp_t *restrict we,
		   int flags)
{
	struct environment e;
	struct call c;
	char **old;
	int ret;

	if (CALL(&c, wordexp) == SB_PASS)
		return real_wordexp(words, we, flags);
	process_announce();
	e.vector = alloca((size_t)environment_size(environ) * sizeof(char *));
	environment_make(&e, environ, true, "/bin/sh");
	/* Only $(command) starts a shell, and a word may hold several. */
	environment_undo(true);
	old = environ_swap(e.vector);
	lend();
	ret = real_wordexp(words, we, flags);
	lent();
	environ_restore(old);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

EXPORT FILE *popen(const char *command, const char *mode)
{
	struct environment e;
	struct call c;
	char **old;
	FILE *f;

	if (CALL(&c, popen) == SB_PASS)
		return real_popen(command, mode);
	process_announce();
	e.vector = alloca((size_t)environment_size(environ) * sizeof(char *));
	environment_make(&e, environ, true, "/bin/sh");
	old = environ_swap(e.vector);
	lend();
	f = real_popen(command, mode);
	lent();
	environ_restore(old);
	if (!f)
		environment_undo(true);
	call_end(&c, f != NULL, 0);
	return f;
}

/* A child that was waited for hands over its time. Returns what is shown. */
static pid_t met(struct call *c, pid_t pid, int status)
{
	if (pid <= 0)
		return pid;
	if (c->self)
		ltime_join(c->self, process_clock_of(pid));
	return WIFEXITED(status) || WIFSIGNALED(status) ? pids_reaped(pid)
							: pids_out(pid);
}

/* Waits for whom `which` says, or, in a replay, for who it was. */
static pid_t wait_for(struct call *c, pid_t which, int *how, int options,
		      struct rusage *use,
		      pid_t (*real)(pid_t, int *, int, struct rusage *))
{
	long was = 0;
	bool given = heard_on && heard_child(&was);
	pid_t pid = -1;

	if (given && was <= 0)
		return was < 0 ? -1 : 0;
	if (given)
		options &= ~WNOHANG;
	if (options & WNOHANG || turn_leave(turn_of_child))
		pid = real(pids_target_in(given ? (pid_t)was : which), how,
			   options, use);
	/* Its number may be another here. */
	if (given && pid < 0 && errno == ECHILD)
		pid = real(pids_target_in(which), how, options, use);
	turn_return();
	pid = met(c, pid, *how);
	if (heard_on)
		heard_child_end(pid < 0 ? -errno : pid);
	return pid;
}

static pid_t plain_waitpid(pid_t which, int *how, int options,
			   struct rusage *use)
{
	(void)use;
	return real_waitpid(which, how, options);
}

static pid_t plain_wait4(pid_t which, int *how, int options, struct rusage *use)
{
	return real_wait4(which, how, options, use);
}

EXPORT pid_t wait(int *status)
{
	struct call c;
	int how = 0;
	pid_t pid;

	CALL(&c, wait);
	pid = wait_for(&c, -1, &how, 0, NULL, plain_waitpid);
	if (pid > 0 && status)
		*status = how;
	call_end(&c, pid > 0, 0);
	return pid;
}

EXPORT pid_t waitpid(pid_t which, int *status, int options)
{
	struct call c;
	int how = 0;
	pid_t pid;

	CALL(&c, waitpid);
	pid = wait_for(&c, which, &how, options, NULL, plain_waitpid);
	if (pid > 0 && status)
		*status = how;
	call_end(&c, pid > 0, 0);
	return pid;
}

static id_t id_in(idtype_t type, id_t id)
{
	if (type == P_PID)
		return (id_t)pids_in((int)id);
	return type == P_PGID ? (id_t)pids_group_in((int)id) : id;
}

/* si_status is no wait status; si_code says what happened. */
static int state(const siginfo_t *info, int options)
{
	bool ended = info->si_code == CLD_EXITED ||
		     info->si_code == CLD_KILLED || info->si_code == CLD_DUMPED;

	return ended && !(options & WNOWAIT) ? 0 : W_STOPCODE(0);
}

EXPORT int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	struct call c;
	siginfo_t own;
	long was = 0;
	bool given;
	int ret;

	if (!info)
		info = &own;
	CALL(&c, waitid);
	given = heard_on && heard_child(&was);
	if (given && was <= 0) {
		info->si_pid = 0;
		call_end(&c, was < 0 ? (uint64_t)-1 : 0, 0);
		return was < 0 ? -1 : 0;
	}
	if (given) {
		type = P_PID;
		id = (id_t)was;
		options &= ~WNOHANG;
	}
	ret = options & WNOHANG || turn_leave(turn_of_child)
		      ? real_waitid(type, id_in(type, id), info, options) : -1;
	turn_return();
	if (ret == 0)
		info->si_pid = met(&c, info->si_pid, state(info, options));
	if (heard_on)
		heard_child_end(ret ? -errno : info->si_pid);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

EXPORT pid_t wait4(pid_t which, int *status, int options, struct rusage *use)
{
	struct call c;
	bool force = CALL(&c, wait4) == SB_FORCE;
	int how = 0;
	pid_t pid = wait_for(&c, which, &how, options, use, plain_wait4);

	if (pid > 0 && status)
		*status = how;
	if (force && pid > 0 && use)
		memset(use, 0, sizeof(*use));
	call_end(&c, pid > 0, 0);
	return pid;
}

EXPORT pid_t wait3(int *status, int options, struct rusage *use)
{
	struct call c;
	bool force = CALL(&c, wait3) == SB_FORCE;
	int how = 0;
	pid_t pid = wait_for(&c, -1, &how, options, use, plain_wait4);

	if (pid > 0 && status)
		*status = how;
	if (force && pid > 0 && use)
		memset(use, 0, sizeof(*use));
	call_end(&c, pid > 0, 0);
	return pid;
}

/* Not through exit(): the parent that waits still meets our time. */
EXPORT void _exit(int status)
{
	struct call c;

	if (!process_borrowed()) {
		CALL(&c, _exit);
		call_end(&c, (uint64_t)status, 0);
		process_leave();
	}
	for (;;)
		real__exit(status);
}

ALIAS(_Exit, _exit);

ALIAS(__fork, fork);
ALIAS(__clone, clone);
ALIAS(__wait, wait);
ALIAS(__waitpid, waitpid);
