/* SPDX-License-Identifier: MIT */
/*
 * Digests of operands against BLAS itself: each element of each array is
 * changed in turn. What changes the result must change the digest of what was
 * read, and what the routine never looks at must not; what it writes, likewise.
 */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "blas/calls.h"

static struct random_call call, copy;
static unsigned tried;

/* The same call on arrays of its own. */
static void clone(struct random_call *to, const struct random_call *from)
{
	uintptr_t start = (uintptr_t)from, end = start + sizeof(*from);

	memcpy(to, from, sizeof(*to));
	for (int i = 0; i < MOST + 2; i++)
		if (to->word[i] >= start && to->word[i] < end)
			to->word[i] += (uintptr_t)to - start;
	for (int i = 0; i < to->arrays; i++)
		to->operands.array[i] = to->array[i];
}

static void put_nan(struct random_call *c, int array, size_t at, unsigned size)
{
	memset(c->array[array] + at * size, 0xff, size);
}

struct outcome {
	struct returned returned;
	char array[4][ROOM * 16];
};

static void run(const struct random_call *c, void *fn, struct outcome *out)
{
	static struct random_call own;

	clone(&own, c);
	out->returned = call_make(&own, fn);
	memcpy(out->array, own.array, sizeof(out->array));
}

static bool same(const struct outcome *a, const struct outcome *b,
		 const struct random_call *c)
{
	unsigned what = operands_returns(&c->operands);
	bool twice = c->routine->type == D || c->routine->type == Z;
	size_t n = what == 4 ? 8 : what == 0 || what == 3 ? 0
		   : (what == 2) + 1 == 2 ? (twice ? 16 : 8) : (twice ? 8 : 4);

	return a->returned.rax == b->returned.rax &&
	       !memcmp(&a->returned.xmm, &b->returned.xmm, n) &&
	       !memcmp(a->array, b->array, sizeof(a->array));
}

static void check_element(void *fn, const struct outcome *base, int array,
			  size_t at)
{
	static struct outcome out;
	unsigned size = element_size(call.routine, array);
	bool read, counts, result;

	clone(&copy, &call);
	put_nan(&copy, array, at, size);
	run(&copy, fn, &out);
	counts = operands_read(&copy.operands) != operands_read(&call.operands);
	result = operands_written(&copy.operands) !=
		 operands_written(&call.operands);
	/* Where it only stands there, put it back. */
	if (!memcmp(out.array[array] + at * size, copy.array[array] + at * size,
		    size))
		memcpy(out.array[array] + at * size,
		       base->array[array] + at * size, size);
	read = !same(&out, base, &call);
	tried++;
	/* A result that stays as it is (beta is one, nothing to add) may count
	 * as read, and parts of a vector that meet none of a band or are none
	 * to compare with. */
	result |= call.operands.kind == GBMV && array == 1;
	result |= call.operands.kind == INDEX || call.operands.kind == ROTM;
	if (read ? !counts : counts && !result)
		fail_msg("%s (%s): element %zu of array %d is %sread, and its "
			 "digest says otherwise", call.routine->name,
			 call.c ? "C" : "Fortran", at, array,
			 read ? "" : "not ");
}

/* What the call wrote must show in the digest of results. */
static void check_written(const struct outcome *base)
{
	static struct random_call after;

	for (int i = 0; i < call.arrays; i++) {
		unsigned size = element_size(call.routine, i);

		for (size_t at = 0; at < ROOM / 2; at++) {
			uint64_t was;

			if (!memcmp(base->array[i] + at * size,
				    call.array[i] + at * size, size))
				continue;
			clone(&after, &call);
			memcpy(after.array, base->array, sizeof(after.array));
			was = operands_written(&after.operands);
			put_nan(&after, i, at, size);
			if (operands_written(&after.operands) == was)
				fail_msg("%s: element %zu of array %d was "
					 "written, its digest misses it",
					 call.routine->name, at, i);
		}
	}
}

static void check_call(void *fn)
{
	static struct outcome base;

	run(&call, fn, &base);
	check_written(&base);
	for (int i = 0; i < call.arrays; i++)
		for (size_t at = 0; at < 160; at++)
			check_element(fn, &base, i, at);
}

static void test_what_is_read(void **state)
{
	/* The definition; others may read what is multiplied by zero. */
	void *h = dlopen("/usr/lib/x86_64-linux-gnu/blas/libblas.so.3",
			 RTLD_NOW);
	uint64_t seed = 1;

	(void)state;
	assert_non_null(h);
	for (unsigned i = 0; i < 2 * nroutines; i++) {
		const struct named n = named(i);
		void *fn = dlsym(h, n.text);

		for (int k = 0; fn && n.routine->kind != OTHER && k < 6; k++) {
			call_random(&call, n.routine, n.c, true, &seed);
			check_call(fn);
		}
	}
	assert_true(tried > 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_read),
	};

	/* One thread: equal sums. */
	setenv("OPENBLAS_NUM_THREADS", "1", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
