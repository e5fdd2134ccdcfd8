/* SPDX-License-Identifier: MIT */
/* Forks among busy threads, and programs that clean up more than is theirs. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "hazard.h"

extern char **environ;

static volatile int stop;

static void *hooks(void *arg)
{
	struct timespec ts;

	while (!stop) {
		clock_gettime(CLOCK_MONOTONIC, &ts);
		rand();
		getpid();
		free(malloc((size_t)ts.tv_nsec % 1000));
	}
	return arg;
}

static void *one_hook(void *arg)
{
	time(NULL);
	return arg;
}

static void *makes_threads(void *arg)
{
	while (!stop) {
		pthread_t t;

		if (pthread_create(&t, NULL, one_hook, NULL) == 0)
			pthread_join(t, NULL);
	}
	return arg;
}

/* The child's status; a child that hangs is killed after 20 s. */
static int reap(pid_t pid)
{
	double end = kernel_time() + 20;
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (kernel_time() > end) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			dprintf(2, "child %d hung\n", pid);
			return -1;
		}
		usleep(200);
	}
	if (WIFSIGNALED(status))
		dprintf(2, "child %d: signal %d\n", pid, WTERMSIG(status));
	return WIFEXITED(status) ? WEXITSTATUS(status) : -2;
}

static void threads_fork(void)
{
	pthread_t t[4];

	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, i ? hooks : makes_threads, NULL);
	for (int i = 0; i < 200; i++) {
		pid_t pid = fork();

		must(pid >= 0);
		if (pid == 0) {
			struct timespec ts;
			pthread_t own;

			clock_gettime(CLOCK_REALTIME, &ts);
			/* glibc's own lock of rand() is not made new in a
			 * child: natively this hangs. */
			if (controlled())
				rand();
			free(malloc(100));
			must(pthread_create(&own, NULL, one_hook, NULL) == 0);
			must(pthread_join(own, NULL) == 0);
			_exit(3);
		}
		must(reap(pid) == 3);
	}
	stop = 1;
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
}

/* Whatever lay there, is no more. */
__attribute__((noinline)) static int write_over_stack(void)
{
	volatile char bytes[64 * 1024];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = 0;
	return bytes[0];
}

static void vfork_failure(void)
{
	char *argv[] = { "none", NULL };

	for (volatile int i = 0; i < 20; i++) {
		pid_t pid = vfork();
		int status;

		if (pid == 0) {
			execve("/no/such/program", argv, environ);
			_exit(errno == ENOENT ? 5 : 6);
		}
		must(pid > 0);
		must(waitpid(pid, &status, 0) == pid);
		must(WIFEXITED(status) && WEXITSTATUS(status) == 5);
		rand();
	}
	must(posix_spawn(&(pid_t){ 0 }, "/no/such/program", NULL, NULL, argv,
			 environ) == ENOENT);
}

/* A child that borrows our memory and calls hooks there. */
static void vfork_calls(void)
{
	pid_t pid = vfork();
	int status;

	if (pid == 0) {
		getpid();
		_exit(5);
	}
	must(waitpid(pid, &status, 0) == pid);
	must(WIFEXITED(status) && WEXITSTATUS(status) == 5);
}

/* Many new callers afterwards: the log must go on growing. */
static void many_events(void)
{
	for (int i = 0; i < 2000; i++) {
		time(NULL);
		rand();
	}
	for (int i = 0; i < 50; i++) {
		pthread_t t;

		must(pthread_create(&t, NULL, one_hook, NULL) == 0);
		must(pthread_join(t, NULL) == 0);
	}
}

static void close_all(void)
{
	int fd;

	rand();
	must(close_range(3, ~0u, 0) == 0);
	many_events();
	fd = open("/dev/null", O_RDWR);
	must(fd == 3); /* nobody else holds one */
	must(fork() != 0 || (rand(), _exit(0), 1));
	must(wait(NULL) > 0);
}

/* The numbers that were closed serve the program's own files now: nobody else
 * closes, reads or writes those. */
static void reused_descriptors(void)
{
	static char stack[1 << 20] __attribute__((aligned(4096)));
	char dir[] = "/tmp/samebits-reuse-XXXXXX";
	pthread_attr_t attr;
	pthread_t t;
	int fd[32];

	many_events();
	must(mkdtemp(dir));
	must(close_range(3, ~0u, 0) == 0);
	for (int i = 0; i < 32; i++)
		fd[i] = open(dir, O_TMPFILE | O_RDWR, 0600);
	must(fd[0] >= 0);
	/* A stack that was never walked before. */
	pthread_attr_init(&attr);
	pthread_attr_setstack(&attr, stack, sizeof(stack));
	must(pthread_create(&t, &attr, one_hook, NULL) == 0);
	must(pthread_join(t, NULL) == 0);
	for (int i = 0; i < 32; i++) {
		struct stat st;

		must(fstat(fd[i], &st) == 0);
		must(S_ISREG(st.st_mode) && st.st_size == 0);
	}
	must(rmdir(dir) == 0);
}

static void no_descriptors(void)
{
	struct rlimit none = { 3, 3 };

	rand();
	must(setrlimit(RLIMIT_NOFILE, &none) == 0);
	many_events();
}

static void chdirs(void)
{
	char *argv[] = { "sh", "-c", "exit 9", NULL };
	int status;
	pid_t pid;

	must(chdir("/") == 0);
	many_events();
	must(posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ) == 0);
	must(waitpid(pid, &status, 0) == pid);
	must(WEXITSTATUS(status) == 9);
}

static void chroots(void)
{
	char dir[] = "/tmp/samebits-root-XXXXXX";
	int outside = open("/", O_PATH | O_DIRECTORY);

	if (getuid())
		return;
	must(mkdtemp(dir));
	must(chroot(dir) == 0);
	must(rmdir(dir) < 0);
	many_events();
	must(fork() != 0 || (many_events(), _exit(0), 1));
	must(wait(NULL) > 0);
	must(fchdir(outside) == 0 && chroot(".") == 0 && rmdir(dir) == 0);
}

/* argv has no room for it: the tests hand the place over as $STORE. */
static void store_removed(void)
{
	char command[256];

	snprintf(command, sizeof(command), "rm -rf '%s'/0*", getenv("STORE"));
	must(system(command) == 0);
	many_events();
	must(fork() != 0 || (many_events(), _exit(0), 1));
	must(wait(NULL) > 0);
	must(system("exit 4") == 4 << 8);
}

static void daemonizes(void)
{
	int end[2];
	char c;

	must(pipe(end) == 0);
	if (fork() == 0) {
		close(end[0]);
		must(daemon(0, 0) == 0);
		many_events();
		must(write(end[1], "d", 1) == 1);
		_exit(0);
	}
	close(end[1]);
	must(read(end[0], &c, 1) == 1 && c == 'd');
	must(wait(NULL) > 0);
}

/* exit() runs handlers and destructors while others call hooks. */
static void at_exit(void)
{
	for (int i = 0; i < 1000; i++)
		rand();
}

static void exits_among_threads(void)
{
	for (int i = 0; i < 20; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			pthread_t t[4];

			atexit(at_exit);
			for (int k = 0; k < 4; k++)
				pthread_create(&t[k], NULL,
					       k ? hooks : makes_threads,
					       NULL);
			usleep(2000);
			exit(6);
		}
		must(reap(pid) == 6);
	}
}

static void clean_environment(void)
{
	char *argv[] = { "sh", "-c", "test -z \"$HOME$LD_PRELOAD\"", NULL };
	char *empty[] = { NULL };
	int status;
	pid_t pid;

	must(posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, empty) == 0);
	must(waitpid(pid, &status, 0) == pid);
	must(status == 0);
	pid = fork();
	if (pid == 0) {
		execle("/bin/sh", "sh", "-c", "test -z \"$HOME$LD_PRELOAD\"",
		       (char *)NULL, empty);
		_exit(1);
	}
	must(waitpid(pid, &status, 0) == pid);
	must(status == 0);
	clearenv();
	must(system("test -z \"$HOME$LD_PRELOAD\"") == 0);
}

/* Where what stands before libc's exec keeps pointers to variables: in a child
 * that borrows our memory it is we who have them. */
static void kept_variables(void)
{
	char *argv[] = { "true", NULL };

	for (volatile int i = 0; i < 5; i++) {
		pid_t pid = vfork();

		if (pid == 0) {
			execvp("true", argv);
			_exit(1);
		}
		must(reap(pid) == 0);
		must(write_over_stack() == 0);
		for (int k = 0; environ[k]; k++)
			must(strchr(environ[k], '='));
	}
}

SCENES({ "threads_fork", threads_fork }, { "vfork_failure", vfork_failure },
       { "vfork_calls", vfork_calls },
       { "close_all", close_all },
       { "reused_descriptors", reused_descriptors },
       { "no_descriptors", no_descriptors },
       { "chdirs", chdirs }, { "chroots", chroots },
       { "store_removed", store_removed }, { "daemonizes", daemonizes },
       { "exits_among_threads", exits_among_threads },
       { "clean_environment", clean_environment },
       { "kept_variables", kept_variables })
