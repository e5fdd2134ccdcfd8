/* SPDX-License-Identifier: MIT */
/* Walks through trees, each directory in order. */
#include <fts.h>

#include "call.h"
#include "walk.h"
#include "order.h"
#include "banned.h"

#define ROW(fn, text)                                                          \
	SOURCE(fn, .group = "files", .policy = SB_FORCE, .names = 1,           \
	       .doc = text)

ROW(ftw, "the files of a tree");
SOURCE(nftw, .group = "files", .policy = SB_FORCE, .names = 1,
       .version = "GLIBC_2.3.3", .doc = "the files of a tree");
ROW(fts_read, "the next file of a tree");
ROW(fts_children, "the files in a directory of a tree");

EXPORT int ftw(const char *root, __ftw_func_t fn, int descriptors)
{
	struct call c;
	uint64_t digest = 0;
	int ret;

	if (CALL(&c, ftw) == SB_FORCE)
		ret = walk_tree(root, (struct walk_call){ .ftw = fn },
				descriptors, 0, &digest);
	else
		ret = real_ftw(root, fn, descriptors);
	call_end(&c, digest, 0);
	return ret;
}

ALIAS(ftw64, ftw);

EXPORT int nftw(const char *root, __nftw_func_t fn, int descriptors, int flags)
{
	struct call c;
	uint64_t digest = 0;
	int ret;

	if (CALL(&c, nftw) == SB_FORCE)
		ret = walk_tree(root, (struct walk_call){ .nftw = fn },
				descriptors, flags, &digest);
	else
		ret = real_nftw(root, fn, descriptors, flags);
	call_end(&c, digest, 0);
	return ret;
}

ALIAS(nftw64, nftw);

/*
 * fts sorts if it is told how. For the time of a call it is told: by the
 * program's order and then, or only, by name.
 */
typedef int compare(const void *, const void *);

static __thread compare *theirs __attribute__((tls_model("initial-exec")));

static int by_name(const void *a, const void *b)
{
	const FTSENT *x = *(const FTSENT *const *)a;
	const FTSENT *y = *(const FTSENT *const *)b;
	int order = theirs ? theirs(a, b) : 0;

	return order ? order : order_compare(x->fts_name, y->fts_name);
}

/* Puts our order in; returns what was there. */
static compare *swap_in(FTS *fts)
{
	compare *was = theirs;

	theirs = fts->fts_compar;
	fts->fts_compar = by_name;
	return was;
}

static void swap_out(FTS *fts, compare *was)
{
	fts->fts_compar = theirs;
	theirs = was;
}

EXPORT FTSENT *fts_read(FTS *fts)
{
	struct call c;
	FTSENT *e;

	if (CALL(&c, fts_read) == SB_FORCE) {
		compare *was = swap_in(fts);

		e = real_fts_read(fts);
		swap_out(fts, was);
	} else {
		e = real_fts_read(fts);
	}
	call_end(&c, e ? digest_string(e->fts_path) : 0, 0);
	return e;
}

ALIAS(fts64_read, fts_read);

static uint64_t digest_names(const FTSENT *e)
{
	uint64_t digest = 0;

	for (; e; e = e->fts_link)
		digest = digest_word(digest, digest_string(e->fts_name));
	return digest;
}

EXPORT FTSENT *fts_children(FTS *fts, int options)
{
	struct call c;
	FTSENT *e;

	if (CALL(&c, fts_children) == SB_FORCE) {
		compare *was = swap_in(fts);

		e = real_fts_children(fts, options);
		swap_out(fts, was);
	} else {
		e = real_fts_children(fts, options);
	}
	call_end(&c, digest_names(e), 0);
	return e;
}

ALIAS(fts64_children, fts_children);
