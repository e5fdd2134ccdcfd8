/* SPDX-License-Identifier: MIT */
/*
 * Tells a library 7 threads in every way, and prints what arrived.
 *
 *	setters [LIBRARY]...	by dlopen(RTLD_LOCAL) and dlsym(), one after the
 *				other; -DALONE: it is linked with none
 */
#include <dlfcn.h>
#include <stdio.h>

#include "setters.h"

#define VALUE(fn) int fn(int);
#define ADDRESS(fn) int fn(const int *);
#define GET(fn) int fn(void);
BY_VALUE(VALUE)
BY_ADDRESS(ADDRESS)
GETTERS(GET)

enum how { AS_VALUE, AS_ADDRESS, AS_GETTER };
#ifdef ALONE
#define LINKED(fn) NULL
#else
#define LINKED(fn) (void *)fn
#endif
#define V(fn) { #fn, LINKED(fn), AS_VALUE },
#define A(fn) { #fn, LINKED(fn), AS_ADDRESS },
#define G(fn) { #fn, LINKED(fn), AS_GETTER },
static const struct {
	const char *name;
	void *fn;
	enum how how;
} setter[] = { BY_VALUE(V) BY_ADDRESS(A) GETTERS(G) };

static int tell(void *fn, enum how how)
{
	int n = 7;

	if (how == AS_GETTER)
		return ((int (*)(void))fn)();
	return how == AS_VALUE ? ((int (*)(int))fn)(n)
			       : ((int (*)(const int *))fn)(&n);
}

/* h NULL: as linked. */
static int tell_all(void *h)
{
	for (size_t i = 0; i < sizeof(setter) / sizeof(*setter); i++) {
		void *fn = h ? dlsym(h, setter[i].name) : setter[i].fn;

		if (!fn)
			return 2;
		printf("%s %d\n", setter[i].name, tell(fn, setter[i].how));
	}
	return 0;
}

int main(int argc, char **argv)
{
	int bad = argc > 1 ? 0 : tell_all(NULL);

	for (int i = 1; i < argc && !bad; i++) {
		void *h = dlopen(argv[i], RTLD_NOW | RTLD_LOCAL);

		if (!h)
			return 1;
		bad = tell_all(h);
		dlclose(h);
	}
	return bad;
}
