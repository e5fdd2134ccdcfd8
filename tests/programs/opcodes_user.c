/* SPDX-License-Identifier: MIT */
/* Loads what argv[1] names and calls nothing that is intercepted from it. */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	void *h = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;

	if (!h)
		fprintf(stderr, "%s\n", argc > 1 ? dlerror() : "load what?");
	return !h;
}
