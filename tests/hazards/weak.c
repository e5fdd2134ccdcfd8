/* SPDX-License-Identifier: MIT */
/* Weak references to a library that is not there, and to one that is. */
#include <dlfcn.h>

#include "hazard.h"

__attribute__((weak)) int RAND_bytes(unsigned char *buf, int len);
__attribute__((weak)) void uuid_generate(unsigned char *out);
/* Resolved before the program runs: in memory that is read-only by then. */
static int (*const fixed)(unsigned char *, int) = RAND_bytes;

int weak_library_has(void);

static void absent(void)
{
	must(!RAND_bytes);
	must(!fixed);
	must(!weak_library_has());
}

static void present(void)
{
	unsigned char uuid[16] = { 0 };

	must(uuid_generate);
	uuid_generate(uuid);
	must(uuid[6] >> 4 == 4);
}

/* Its constructor makes an event before anybody looks up what it holds. */
static void *open_again(void)
{
	void *h = dlopen(CHAIN "/weak_opened.so", RTLD_NOW | RTLD_LOCAL);
	int (*has)(void) = h ? (int (*)(void))dlsym(h, "weak_library_has")
			     : NULL;

	must(has);
	must(!has());
	return h;
}

static void opened(void)
{
	for (int i = 0; i < 3; i++)
		must(!dlclose(open_again()));
}

SCENES({ "absent", absent }, { "present", present }, { "opened", opened })
