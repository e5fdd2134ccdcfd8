/* SPDX-License-Identifier: MIT */
/* embeds SCENES.so [CODE]: operations first, and an interpreter later, which is
 * asked for a secret, or executes CODE. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void *need(void *p)
{
	if (!p) {
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
	return p;
}

int main(int argc, char **argv)
{
	void *scenes, *python;
	int (*play)(const char *), (*run)(const char *);
	void (*start)(void);

	if (argc < 2)
		return 1;
	scenes = need(dlopen(argv[1], RTLD_NOW | RTLD_LOCAL));
	*(void **)&play = need(dlsym(scenes, "play"));
	play("operations");
	python = need(dlopen("libpython3.11.so.1.0", RTLD_NOW | RTLD_GLOBAL));
	*(void **)&start = need(dlsym(python, "Py_Initialize"));
	*(void **)&run = need(dlsym(python, "PyRun_SimpleString"));
	start();
	return run(argc > 2 ? argv[2] : "import secrets\n"
			    "print(secrets.token_hex(8), flush=True)");
}
