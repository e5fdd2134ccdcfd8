/* SPDX-License-Identifier: MIT */
/*
 * loader SCENES.so NAME: plays a scene out of everybody's sight, takes the
 * libraries away, and plays it once more; in a thread, and in a child.
 * loader SCENES.so: asks for the mode by a name that it looks up.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int (*play)(const char *);

static void *load(const char *path)
{
	void *h = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (!h) {
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
	*(void **)&play = dlsym(h, "play");
	return h;
}

static void *in_thread(void *name)
{
	play(name);
	return NULL;
}

static void fetch(void *h)
{
	void *(*context)(void);
	bool (*mode)(const void *);

	*(void **)&context = dlsym(h, "_ZN2at13globalContextEv");
	*(void **)&mode = dlsym(
		h, "_ZNK2at7Context23deterministicAlgorithmsEv");
	printf("%d\n", mode(context()));
}

int main(int argc, char **argv)
{
	pthread_t thread;
	void *h = load(argv[1]);

	if (argc < 3) {
		fetch(h);
		return 0;
	}
	if (play(argv[2]))
		return 1;
	dlclose(h);
	h = load(argv[1]);
	play(argv[2]);
	if (pthread_create(&thread, NULL, in_thread, argv[2]))
		return 1;
	pthread_join(thread, NULL);
	fflush(stdout);
	if (fork() == 0) {
		play(argv[2]);
		_exit(0);
	}
	return wait(NULL) < 0;
}
