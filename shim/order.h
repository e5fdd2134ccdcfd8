/* SPDX-License-Identifier: MIT */
/*
 * The order in which the names of a directory are handed out: by their bytes,
 * as strcmp() has it, or as --order says. "." and ".." come first in each: they
 * are no data, and there are programs that skip the first two.
 */
#ifndef SAMEBITS_ORDER_H
#define SAMEBITS_ORDER_H

#include <dirent.h>
#include <stddef.h>
#include <stdint.h>

enum order { ORDER_SORTED, ORDER_DISK, ORDER_REVERSE, ORDER_SHUFFLE };

struct item {
	uint64_t key; /* the sort's own */
	struct dirent *entry;
};

/* Bytes that must be readable behind the terminator of every name. */
#define ORDER_SLACK 8

/* Puts n items into the order of config.order; spare: room for n more. */
void order_items(struct item *item, struct item *spare, size_t n);

/* The same order between two names: < 0, 0 or > 0. */
int order_compare(const char *a, const char *b);

/* Digest of an entry's name, whose record is padded to eights as the kernel's
 * are. */
uint64_t entry_digest(const struct dirent *e);

#endif
