/* SPDX-License-Identifier: MIT */
/*
 * Prints a digest of what each routine of BLAS makes of random calls. The same
 * lines must come natively and under samebits.
 *
 *	blas_random [TIMES [LIBRARY [fortran]]]
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"

static uint64_t add(uint64_t digest, const void *data, size_t n)
{
	const unsigned char *p = data;

	while (n--)
		digest = (digest ^ *p++) * 1099511628211u;
	return digest;
}

/* Of the values that came back: real, complex, none. */
static uint64_t add_returned(uint64_t digest, const struct random_call *c,
			     const struct returned *r)
{
	bool twice = c->routine->type == D || c->routine->type == Z;
	unsigned what = operands_returns(&c->operands);

	if (what == 3)
		return add(digest, &r->rax, 4);
	if (what == 4)
		return add(digest, &r->xmm, 8);
	if (what == 1)
		return add(digest, &r->xmm, twice ? 8 : 4);
	if (what == 2 && !c->c)
		return add(digest, &r->xmm, twice ? 16 : 8);
	return digest;
}

static uint64_t calls_digest(const struct routine *r, bool by_c, void *fn,
			     int times)
{
	static struct random_call c;
	uint64_t digest = 14695981039346656037u;
	uint64_t seed = add(by_c, r->name, strlen(r->name));

	for (int i = 0; i < times; i++) {
		struct returned got;

		call_random(&c, r, by_c, i % 4 == 0, &seed);
		got = call_make(&c, fn);
		digest = add_returned(digest, &c, &got);
		digest = add(digest, c.array, sizeof(c.array));
	}
	return digest;
}

int main(int argc, char **argv)
{
	int times = argc > 1 ? atoi(argv[1]) : 20;
	void *h = argc > 2 ? dlopen(argv[2], RTLD_NOW) : RTLD_DEFAULT;

	if (argc > 2 && !h)
		return 2;
	for (unsigned i = 0; i < 2 * nroutines; i += argc > 3 ? 2 : 1) {
		const struct named n = named(i);
		void *fn = dlsym(h, n.text);

		if (fn && n.routine->kind != OTHER)
			printf("%s %016lx\n", n.text,
			       calls_digest(n.routine, n.c, fn, times));
	}
	return 0;
}
