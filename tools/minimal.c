/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "minimal.h"

/* Part `i` of `parts`, or with `rest` all but that part. */
static size_t choose(const size_t *set, size_t n, size_t parts, size_t i,
		     bool rest, size_t *out)
{
	size_t from = n * i / parts, to = n * (i + 1) / parts, k = 0;

	for (size_t at = 0; at < n; at++)
		if ((at >= from && at < to) != rest)
			out[k++] = set[at];
	return k;
}

/* The first part, or rest, that does it alone becomes the set. 1: one did. */
static int reduce(size_t *set, size_t *n, size_t parts, bool rest,
		  minimal_test *test, void *arg)
{
	size_t some[MINIMAL_MOST];

	for (size_t i = 0; i < parts; i++) {
		size_t k = choose(set, *n, parts, i, rest, some);
		int ret;

		if (!k || k == *n)
			continue;
		ret = test(some, k, arg);
		if (ret < 0)
			return ret;
		if (ret) {
			memcpy(set, some, k * sizeof(*set));
			*n = k;
			return 1;
		}
	}
	return 0;
}

long minimal(size_t *set, size_t n, minimal_test *test, void *arg)
{
	size_t parts = 2;

	while (n > 1) {
		int ret = reduce(set, &n, parts, false, test, arg);

		if (ret < 0)
			return ret;
		if (ret) {
			parts = 2;
			continue;
		}
		/* With two parts, the rest of one is the other. */
		ret = parts > 2 ? reduce(set, &n, parts, true, test, arg) : 0;
		if (ret < 0)
			return ret;
		if (ret)
			parts = parts > 3 ? parts - 1 : 2;
		else if (parts >= n)
			break;
		else
			parts = parts * 2 < n ? parts * 2 : n;
	}
	return (long)n;
}
