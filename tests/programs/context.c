/* SPDX-License-Identifier: MIT */
/*
 * Runs the victim that it is linked with in the context that argv[1] names. In
 * "local" and "dlsym" the same code comes from an object beside the program,
 * opened RTLD_LOCAL. "facts" prints what the test should expect.
 */
#include <limits.h>
#include <signal.h>
#include <string.h>

#include "victim.h"

static const char *self;

static void handler(int sig)
{
	(void)sig;
	victim();
}

static void *thread(void *arg)
{
	victim();
	return arg;
}

static void in_thread(void)
{
	pthread_t t;

	if (pthread_create(&t, NULL, thread, NULL) == 0)
		pthread_join(t, NULL);
}

static void in_fork(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		victim();
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void in_vfork(void)
{
	char *argv[] = { (char *)self, "main", NULL };
	pid_t pid = vfork();

	if (pid == 0) {
		execve(self, argv, environ);
		_exit(98);
	}
	waitpid(pid, NULL, 0);
}

static void in_spawn(void)
{
	char *argv[] = { (char *)self, "main", NULL };
	pid_t pid;

	if (posix_spawn(&pid, self, NULL, NULL, argv, environ) == 0)
		waitpid(pid, NULL, 0);
}

static void in_system(void)
{
	char command[PATH_MAX + 16];

	snprintf(command, sizeof(command), "exec '%s' main", self);
	if (system(command))
		_exit(97);
}

static void *object(const char *suffix)
{
	char path[PATH_MAX + 16];
	void *h;

	snprintf(path, sizeof(path), "%s%s", self, suffix);
	h = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!h)
		_exit(96);
	return h;
}

static void call(void *h)
{
	void (*fn)(void);

	*(void **)&fn = dlsym(h, "victim");
	fn();
}

static void in_local(void)
{
	call(object(".so"));
}

/* The victim calls its source by what a lookup in one library answered, as
 * ctypes does. */
static void in_dlsym(void)
{
	void *h = object(".dlsym.so");
	const char *name = dlsym(h, "fetched_name");
	const char *library = dlsym(h, "fetched_library");
	void **fn = dlsym(h, "fetched");

	*fn = dlsym(dlopen(library, RTLD_NOW | RTLD_LOCAL), name);
	if (!*fn)
		_exit(94);
	call(h);
}

static void tell(void)
{
	printf("%d %d\n%s", facts.calls, (int)facts.place,
	       facts.output ? facts.output : "");
}

__attribute__((constructor)) static void early(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "constructor"))
		victim();
}

int main(int argc, char **argv)
{
	const char *where = argc > 1 ? argv[1] : "main";

	self = argv[0];
	if (!strcmp(where, "main"))
		victim();
	else if (!strcmp(where, "signal"))
		signal(SIGUSR1, handler), raise(SIGUSR1);
	else if (!strcmp(where, "thread"))
		in_thread();
	else if (!strcmp(where, "fork"))
		in_fork();
	else if (!strcmp(where, "vfork"))
		in_vfork();
	else if (!strcmp(where, "spawn"))
		in_spawn();
	else if (!strcmp(where, "system"))
		in_system();
	else if (!strcmp(where, "local"))
		in_local();
	else if (!strcmp(where, "dlsym"))
		in_dlsym();
	else if (!strcmp(where, "facts"))
		tell();
	else if (strcmp(where, "constructor"))
		return 95;
	return 0;
}
