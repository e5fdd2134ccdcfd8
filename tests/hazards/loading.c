/* SPDX-License-Identifier: MIT */
/* The loader's rules about who asks: RUNPATH, $ORIGIN, RTLD_NEXT, DEEPBIND. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/random.h>

#include "hazard.h"

static void *open_object(const char *path, int mode)
{
	void *h = dlopen(path, mode);

	if (!h)
		dprintf(2, "%s\n", dlerror());
	must(h);
	return h;
}

/* As `import torch`: an object of one directory finds the next by its own
 * RUNPATH, and that one dlopens a third by its bare name. */
static void chain(void)
{
	void *h = open_object(CHAIN "/chain_a.so", RTLD_NOW | RTLD_LOCAL);
	int (*a)(void);

	*(void **)&a = dlsym(h, "chain_a");
	must(a);
	must(a() == 123);
}

/* The caller's own namespace is one of its own. */
static void namespaces(void)
{
	void *h = dlmopen(LM_ID_NEWLM, "libm.so.6", RTLD_NOW);
	double (*fn)(double);

	must(h);
	*(void **)&fn = dlsym(h, "sqrt");
	must(fn && fn(9) == 3);
	must(dlsym(RTLD_DEFAULT, "no_such_name_anywhere") == NULL);
	must(dlopen("libno-such-object.so", RTLD_NOW) == NULL);
	must(strstr(dlerror(), "libno-such-object.so"));
}

/* A lookup finds what a call of that name reaches. */
static void lookups(void)
{
	void *libc = open_object("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
	time_t (*hooked)(time_t *) = time;

	must(dlsym(RTLD_DEFAULT, "time") == (void *)hooked);
	if (controlled())
		must(dlsym(libc, "getrandom") == (void *)getrandom);
	must(dlsym(libc, "getrandom") != NULL);
	must(dlsym(libc, "qsort") == dlsym(RTLD_DEFAULT, "qsort"));
	must(dlsym(libc, "no_such_name") == NULL);
	must(dlerror() != NULL);
	must(dlvsym(libc, "pthread_create", "GLIBC_2.2.5") != NULL);
	must(dlvsym(libc, "pthread_create", "GLIBC_2.34") != NULL);
	must(dlvsym(libc, "pthread_create", "GLIBC_9.9") == NULL);
	must(dlerror() != NULL);
}

static void deepbind(void)
{
	void *h = open_object(CHAIN "/deep.so",
			      RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
	void (*draw)(unsigned char *, size_t);
	unsigned char bytes[8];

	*(void **)&draw = dlsym(h, "deep_draw");
	must(draw);
	draw(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		printf("%02x", bytes[i]);
	printf("\n");
	fflush(stdout);
}

static void *draw_from(const char *path)
{
	void (*draw)(unsigned char *, size_t);
	void *h = open_object(path, RTLD_NOW | RTLD_LOCAL);
	unsigned char bytes[8];

	*(void **)&draw = dlsym(h, "replaced_draw");
	must(draw);
	draw(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		printf("%02x", bytes[i]);
	printf("\n");
	fflush(stdout);
	must(dlclose(h) == 0);
	return (void *)draw;
}

/* Where one library was, there is another: what was found out about the first
 * does not hold for the second. */
static void replaced(void)
{
	void *at = draw_from(CHAIN "/plain.so");

	must(draw_from(CHAIN "/libsodium-replaced.so") == at);
	must(draw_from(CHAIN "/plain.so") == at);
}

/* Libraries that come and go fill no table. */
static void comes_and_goes(void)
{
	freopen("/dev/null", "w", stdout);
	for (int i = 0; i < 5000; i++)
		draw_from(i % 2 ? CHAIN "/plain.so"
				: CHAIN "/libsodium-replaced.so");
}

SCENES({ "replaced", replaced }, { "comes_and_goes", comes_and_goes },
       { "chain", chain }, { "namespaces", namespaces },
       { "lookups", lookups }, { "deepbind", deepbind })
