/* SPDX-License-Identifier: MIT */
/*
 * Calls every name of BLAS and LAPACK and looks at what arrived: by links of
 * its own, by those of an object that was opened RTLD_LOCAL and finds the
 * library by its RUNPATH, or by what dlsym() answers. Built as a program and as
 * that object.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"

#define FN(symbol) fake_fn symbol;
#define ROUTINE FAKE_BLAS
#include "blas.def"
#undef ROUTINE
#define ROUTINE FAKE_LAPACK
#include "lapack.def"
#undef ROUTINE
#undef FN

static const struct {
	const char *name;
	fake_fn *fn;
} names[] = {
#define FN(symbol) { #symbol, symbol },
#define ROUTINE FAKE_BLAS
#include "blas.def"
#undef ROUTINE
#define ROUTINE FAKE_LAPACK
#include "lapack.def"
#undef ROUTINE
#undef FN
};
#define NAMES (sizeof(names) / sizeof(*names))

/* What sizes and options are read from: zeros. */
static char pool[INTS * 64];

static uint64_t word(int n)
{
	return (uint64_t)(uintptr_t)(pool + n * 64);
}

static int call(const char *name, fake_fn *fn)
{
	double _Complex z = fn(1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, word(0),
			       word(1), word(2), word(3), word(4), word(5),
			       word(6), word(7), word(8), word(9), word(10),
			       word(11), word(12), word(13), word(14),
			       word(15), word(16), word(17));
	const struct got *got = &fake_got;
	int right = creal(z) == 1.5 && cimag(z) == 2.5;

	right &= got->name && !strcmp(got->name, name);
	for (int i = 0; i < 8; i++)
		right &= got->x[i] == i + 1.5;
	for (int i = 0; i < INTS; i++)
		right &= got->i[i] == word(i);
	if (!right)
		printf("%s: came as %s\n", name, got->name);
	return right;
}

int names_call(void);
int names_call(void)
{
	unsigned right = 0;

	for (size_t i = 0; i < NAMES; i++)
		right += (unsigned)call(names[i].name, names[i].fn);
	printf("%u of %zu\n", right, NAMES);
	return right != NAMES;
}

#ifdef PROGRAM
static void *opened(const char *path)
{
	void *h = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (!h) {
		printf("%s\n", dlerror());
		exit(2);
	}
	return h;
}

static int by_object(const char *path)
{
	int (*fn)(void);

	*(void **)&fn = dlsym(opened(path), "names_call");
	return fn ? fn() : 2;
}

static int by_lookup(const char *path)
{
	void *h = opened(path);
	unsigned right = 0;

	for (size_t i = 0; i < NAMES; i++) {
		fake_fn *fn;

		*(void **)&fn = dlsym(h, names[i].name);
		right += fn && call(names[i].name, fn);
	}
	printf("%u of %zu\n", right, NAMES);
	return right != NAMES;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "object"))
		return by_object(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "lookup"))
		return by_lookup(argv[2]);
	return names_call();
}
#endif
