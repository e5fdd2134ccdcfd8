/* SPDX-License-Identifier: MIT */
/*
 * A radix sort by eight bytes of the names at a time, behind what all have in
 * common. No quadratic case: each byte of a name is sorted by once.
 */
#include <stdbool.h>
#include <string.h>

#include "config.h"
#include "order.h"
#include "stream.h"
#include "banned.h"

#define FEW 24 /* sorted by insertion */

typedef uint64_t word __attribute__((may_alias, aligned(1)));

/* The highest bit of each zero byte, up to the first one for sure. */
static uint64_t zero_bytes(uint64_t w)
{
	return (w - 0x0101010101010101u) & ~w & 0x8080808080808080u;
}

/* A mask of the bytes before the first zero byte; all, where there is none. */
static uint64_t before_zero(uint64_t w)
{
	uint64_t zero = zero_bytes(w);

	return ((zero & -zero) >> 7) - 1;
}

/* Eight bytes of a name as a number that sorts as they do; 0 for each byte
 * from the terminator on. */
static uint64_t key_at(const char *p)
{
	uint64_t w = *(const word *)p;

	return __builtin_bswap64(w & before_zero(w));
}

/* How many bytes from `at` on are the same in all. */
static size_t common(const struct item *item, size_t n, size_t at)
{
	const char *first = item[0].entry->d_name + at;
	size_t len = strlen(first);

	for (size_t i = 1; i < n && len; i++) {
		const char *p = item[i].entry->d_name + at;

		for (size_t k = 0; k < len; k += 8) {
			uint64_t x = *(const word *)(first + k) ^
				     *(const word *)(p + k);

			if (!x)
				continue;
			k += (size_t)__builtin_ctzll(x) / 8;
			if (k < len)
				len = k;
		}
	}
	return len;
}

static bool before(const struct item *a, const struct item *b, size_t at)
{
	if (a->key != b->key)
		return a->key < b->key;
	return strcmp(a->entry->d_name + at, b->entry->d_name + at) < 0;
}

/* at: up to where names with equal keys are the same. */
static void insertion(struct item *item, size_t n, size_t at)
{
	for (size_t i = 1; i < n; i++) {
		struct item one = item[i];
		size_t k = i;

		for (; k && before(&one, &item[k - 1], at); k--)
			item[k] = item[k - 1];
		item[k] = one;
	}
}

/* One pass by one byte of the keys, into the other array. */
static void scatter(const struct item *from, struct item *to, size_t n,
		    unsigned shift)
{
	uint32_t place[256] = { 0 }, next = 0;

	for (size_t i = 0; i < n; i++)
		place[from[i].key >> shift & 0xff]++;
	for (int b = 0; b < 256; b++) {
		uint32_t here = place[b];

		place[b] = next;
		next += here;
	}
	for (size_t i = 0; i < n; i++)
		to[place[from[i].key >> shift & 0xff]++] = from[i];
}

/* By the bytes of the keys that the mask covers. */
static void by_key(struct item *item, struct item *spare, size_t n,
		   uint64_t mask)
{
	struct item *from = item, *to = spare, *other;

	for (unsigned shift = 0; shift < 64; shift += 8) {
		if (!(mask >> shift & 0xff))
			continue;
		scatter(from, to, n, shift);
		other = from;
		from = to;
		to = other;
	}
	if (from != item)
		memcpy(item, from, n * sizeof(*item));
}

/* The bytes in which keys differ; all of them, or as many as will tell most of
 * the items apart: a bit that varies may say little, so some more. */
static uint64_t telling(const struct item *item, size_t n, bool all)
{
	int bits = 8 + 64 - __builtin_clzll(n), shift = 64;
	uint64_t varies = 0, mask = 0;

	for (size_t i = 1; i < n; i++)
		varies |= item[i].key ^ item[0].key;
	while (shift && (all || bits > 0)) {
		shift -= 8;
		for (uint64_t b = varies >> shift & 0xff; b; b &= b - 1) {
			mask |= 0xffull << shift;
			bits--;
		}
	}
	return mask;
}

static void by_name(struct item *item, struct item *spare, size_t n, size_t at);

/* at: up to there all are the same, and the keys are what follows. */
static void by_keys(struct item *item, struct item *spare, size_t n, size_t at,
		    bool all)
{
	uint64_t mask = telling(item, n, all);

	by_key(item, spare, n, mask);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n; end++)
			if ((item[end].key ^ item[i].key) & mask)
				break;
		if (end - i <= FEW)
			insertion(item + i, end - i, at);
		else if (!all)
			by_keys(item + i, spare, end - i, at, true);
		else if (item[i].key & 0xff)
			by_name(item + i, spare, end - i, at + 8);
	}
}

/* A name ends within its key or goes on behind it: this goes no deeper than
 * names have eights of bytes. */
static void by_name(struct item *item, struct item *spare, size_t n, size_t at)
{
	at += common(item, n, at);
	for (size_t i = 0; i < n; i++)
		item[i].key = key_at(item[i].entry->d_name + at);
	if (n <= FEW)
		insertion(item, n, at);
	else
		by_keys(item, spare, n, at, false);
}

static uint64_t shuffled(const char *name)
{
	return mix64(config.shuffle, digest_string(name));
}

static void by_number(struct item *item, struct item *spare, size_t n)
{
	for (size_t i = 0; i < n; i++)
		item[i].key = shuffled(item[i].entry->d_name);
	if (n > FEW)
		by_key(item, spare, n, ~0ull);
	/* What is left are pairs with the same number, if any. */
	insertion(item, n, 0);
}

static void swap(struct item *a, struct item *b)
{
	struct item was = *a;

	*a = *b;
	*b = was;
}

static void reverse(struct item *item, size_t n)
{
	for (size_t i = 0; i < n / 2; i++)
		swap(&item[i], &item[n - 1 - i]);
}

/* 1 for ".", 2 for "..", 0 for a name. */
static int dots(const char *name)
{
	if (name[0] != '.' || (name[1] && (name[1] != '.' || name[2])))
		return 0;
	return name[1] ? 2 : 1;
}

/* Moves "." and ".." to the front; returns how many there are. */
static size_t dots_first(struct item *item, size_t n)
{
	size_t found = 0;

	for (size_t i = 0; i < n && found < 2; i++)
		if (dots(item[i].entry->d_name))
			swap(&item[i], &item[found++]);
	if (found == 2 && dots(item[0].entry->d_name) == 2)
		swap(&item[0], &item[1]);
	return found;
}

void order_items(struct item *item, struct item *spare, size_t n)
{
	size_t first = dots_first(item, n);

	item += first;
	n -= first;
	if (!n)
		return;
	if (config.order == ORDER_SHUFFLE)
		by_number(item, spare, n);
	else
		by_name(item, spare, n, 0);
	if (config.order == ORDER_REVERSE)
		reverse(item, n);
}

int order_compare(const char *a, const char *b)
{
	int x = dots(a), y = dots(b);

	if (x || y)
		return (x ? x : 3) - (y ? y : 3);
	if (config.order == ORDER_SHUFFLE && shuffled(a) != shuffled(b))
		return shuffled(a) < shuffled(b) ? -1 : 1;
	return config.order == ORDER_REVERSE ? strcmp(b, a) : strcmp(a, b);
}

uint64_t entry_digest(const struct dirent *e)
{
	const word *p = (const word *)&e->d_reclen;
	uint64_t digest = 0, w = *p | 0xffffff; /* length and type */

	while (!zero_bytes(w)) {
		digest = digest_word(digest, w);
		w = *++p;
	}
	return digest_word(digest, w & before_zero(w));
}
