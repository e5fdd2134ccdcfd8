/* SPDX-License-Identifier: MIT */
/* opener LIBRARY SCENE…: what a library does that is out of sight. */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	void *h = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
	int (*scenes)(int, char **) =
		h ? (int (*)(int, char **))dlsym(h, "scenes") : NULL;

	if (!scenes) {
		fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	return scenes(argc - 1, argv + 1);
}
