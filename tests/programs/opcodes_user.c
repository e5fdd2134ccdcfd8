/* SPDX-License-Identifier: MIT */
/* Loads what argv[1] names, calls nothing that is intercepted from it, and ends
 * as argv[2] says. */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void *load(const char *path)
{
	void *h = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (!h)
		fprintf(stderr, "%s\n", dlerror());
	return h;
}

/* The parent has not loaded it. */
static int in_a_child(const char *path)
{
	int status = -1;

	if (fork() == 0) {
		void *h = load(path);

		_exit(!h || !dlsym(h, "nothing"));
	}
	wait(&status);
	return status;
}

int main(int argc, char **argv)
{
	const char *how = argc > 2 ? argv[2] : "";
	void *h;

	if (argc < 2)
		return 2;
	if (!strcmp(how, "fork"))
		return in_a_child(argv[1]);
	h = load(argv[1]);
	if (!strcmp(how, "_exit"))
		_exit(!h);
	/* As an interpreter asks each extension for its entry. */
	if (!strcmp(how, "KILL") && dlsym(h, "nothing"))
		raise(SIGKILL);
	return !h;
}
