/* SPDX-License-Identifier: MIT */
/* Another preloaded object: what a program is started with becomes its starter's
 * own environment first, as mold's does it for the linker's callers. */
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

int execvpe(const char *file, char *const argv[], char *const envp[])
{
	int (*next)(const char *, char *const[], char *const[]);

	*(void **)&next = dlsym(RTLD_NEXT, "execvpe");
	for (int i = 0; envp[i]; i++)
		putenv(envp[i]);
	return next(file, argv, envp);
}
